import { find } from "../page/elements.js";
import { notSent } from "../page/explanations.js";
import { ScrollKeeper } from "./scroll_keeper.js";
import { Timeline } from "./timeline.js";

/** @typedef {import("../outbox/item.js").Item} Item @typedef {import("../outbox/item.js").Receipt} Receipt @typedef {import("../connection/protocol.js").PageFrame} PageFrame */

/**
 * @typedef {object} Conversation one visited room
 * @property {Timeline} timeline
 * @property {"no" | "stale" | "yes"} loaded whether the newest page is here; `stale`: here, but to be replaced
 * @property {boolean} more whether there are older messages to load
 * @property {boolean} asked whether a page is on its way
 * @property {number | null} fromEnd where its reader left it
 *
 * @typedef {object} Delegate
 * @property {(room: number, before: number | null) => boolean} askForPage
 * @property {(room: number) => Item[]} unsent
 * @property {() => void} atEnd the reader sees the newest message, as far as scrolling goes
 */

/** The visited rooms' messages, one room of them on the page. */
export class Conversations {
  /** @type {Map<number, Conversation>} */
  #visited = new Map();
  #box = find("#messages", HTMLElement);
  #empty = find("#empty-room", HTMLElement);
  current = 0;

  /** @param {import("../connection/protocol.js").Person} me @param {Delegate} delegate */
  constructor(me, delegate) {
    this.me = me;
    this.delegate = delegate;
    this.scroll = new ScrollKeeper(this.#box, { nearTop: () => this.#askForOlder(), atEnd: delegate.atEnd });
  }

  /** Puts a room on the page. @param {number} room */
  open(room) {
    if (room === this.current) return;
    const left = this.#visited.get(this.current);
    if (left) left.fromEnd = this.scroll.fromEnd;
    this.current = room;
    const conversation = this.#visited.get(room) ?? this.#visit(room);
    this.scroll.show(conversation.timeline.element, conversation.fromEnd);
    this.#showEmptiness();
    this.#askForNewest(room);
  }

  /** @param {number} room */
  isLoaded(room) {
    return this.#visited.get(room)?.loaded === "yes";
  }

  /** @param {number} room */
  timeline(room) {
    return this.#visited.get(room)?.timeline;
  }

  /** A new connection: pages asked for on the old one will not come. Rooms in `stale` must be loaded anew. @param {number[]} stale */
  connected(stale) {
    for (const conversation of this.#visited.values()) conversation.asked = false;
    for (const room of stale) this.#spoil(room);
    this.#askForNewest(this.current);
  }

  /** @param {number} room */
  reload(room) {
    this.#spoil(room);
    if (room === this.current) this.#askForNewest(room);
  }

  /** @param {PageFrame} page */
  addPage({ room, messages, more }) {
    const conversation = this.#visited.get(room);
    if (!conversation) return;
    const add = () => {
      if (conversation.loaded === "stale") conversation.timeline.clearConfirmed();
      for (const message of messages) conversation.timeline.put(message);
    };
    if (room === this.current) this.scroll.keepPlace(add);
    else add();
    Object.assign(conversation, { loaded: "yes", asked: false, more: more && messages.length > 0 });
    this.#showEmptiness();
  }

  /** Shows what is in the outbox, in whatever state it is. @param {Item} item */
  showItem(item) {
    const { kind, room } = item.operation;
    if (kind !== "send") return;
    this.timeline(room)?.showItem(item, notSent(item.error));
    if (room === this.current && item.state === "queued") this.scroll.follow();
    this.#showEmptiness();
  }

  /** The server has it. @param {Item} item @param {Receipt} receipt */
  settle({ operation: { kind, room } }, receipt) {
    if (kind === "send") this.timeline(room)?.confirm(receipt);
  }

  /** Its writer gave it up. @param {Item} item */
  drop({ clientId, operation: { kind, room } }) {
    if (kind === "send") this.timeline(room)?.removeItem(clientId);
  }

  /** True if the reader is at the end of this room, on a page that can be seen. @param {number} room */
  isWatched(room) {
    const onShow = document.visibilityState === "visible" && document.body.dataset.view === "room";
    return room === this.current && onShow && this.scroll.following;
  }

  #showEmptiness() {
    const conversation = this.#visited.get(this.current);
    const bare = conversation?.loaded === "yes" && conversation.timeline.element.firstElementChild === null;
    if (this.#empty.hidden === bare) this.#empty.hidden = !bare;
  }

  /** @param {number} room */
  #visit(room) {
    /** @type {Conversation} */
    const conversation = { timeline: new Timeline(this.me), loaded: "no", more: false, asked: false, fromEnd: null };
    this.#visited.set(room, conversation);
    for (const item of this.delegate.unsent(room)) this.showItem(item);
    return conversation;
  }

  /** @param {number} room */
  #spoil(room) {
    const conversation = this.#visited.get(room);
    if (conversation?.loaded === "yes") Object.assign(conversation, { loaded: "stale", asked: false });
  }

  /** @param {number} room */
  #askForNewest(room) {
    const conversation = this.#visited.get(room);
    if (!conversation || conversation.loaded === "yes" || conversation.asked) return;
    conversation.asked = this.delegate.askForPage(room, null);
  }

  #askForOlder() {
    const conversation = this.#visited.get(this.current);
    if (conversation?.loaded !== "yes" || !conversation.more || conversation.asked) return;
    conversation.asked = this.delegate.askForPage(this.current, conversation.timeline.oldestSeq);
  }
}
