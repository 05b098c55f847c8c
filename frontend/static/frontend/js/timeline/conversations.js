import { find, showIf } from "../dom/elements.js";
import { Conversation } from "./conversation.js";
import { Reading } from "./reading.js";

/** @typedef {import("../outbox/items/item.js").Item} Item @typedef {import("../connection/protocol.js").PageFrame} PageFrame @typedef {import("./history_window.js").Question} Question */

/**
 * @typedef {object} Delegate
 * @property {(room: number, question: Question) => boolean} ask for a page of history
 * @property {(room: number) => Item[]} unsent
 * @property {(room: number) => {seq: number, unread: number} | null} read how far the reader has read; null while that is not known
 * @property {() => void} atEnd the reader sees the newest message, as far as scrolling goes
 */

/** The visited rooms' messages, one room of them on the page. */
export class Conversations {
  /** @type {Map<number, Conversation>} */
  #visited = new Map();
  #empty = find("#empty-room", HTMLElement);
  current = 0;

  /** @param {import("../messages/known_names.js").Reader} reader @param {Delegate} delegate */
  constructor(reader, delegate) {
    this.reader = reader;
    this.delegate = delegate;
    const ask = (/** @type {Question} */ question) => delegate.ask(this.current, question);
    this.reading = new Reading(find("#messages", HTMLElement), { ask, atEnd: delegate.atEnd });
  }

  /** Puts a room on the page. @param {number} room */
  open(room) {
    if (room === this.current) return;
    this.current = room;
    const conversation = this.#visited.get(room) ?? this.#visit(room);
    conversation.begin(this.delegate.read(room) ?? { seq: 0, unread: 0 });
    this.reading.open(conversation);
    this.#showEmptiness();
  }

  /** Shows a message in its surroundings, wherever in the history it is. @param {number} room @param {number} seq */
  showAround(room, seq) {
    this.open(room);
    this.reading.goTo(seq);
  }

  /** Whether the server may go on from where this page is. @param {number} room */
  isLoaded(room) {
    return this.#visited.get(room)?.window.loaded ?? false;
  }

  /** The seq of the newest that the page has of a room. @param {number} room */
  newestSeq(room) {
    return this.#visited.get(room)?.window.last ?? 0;
  }

  /** The message of the open room that this is a node of. @param {Element | null} node */
  viewOf(node) {
    return this.#visited.get(this.current)?.timeline.nodes.viewOf(node);
  }

  /** A message of the open room. @param {number} id */
  get(id) {
    return this.#visited.get(this.current)?.timeline.get(id);
  }

  /** The reader's newest message in the open room that can be changed. */
  get lastOwn() {
    const entries = this.#visited.get(this.current)?.window.entries ?? [];
    const views = entries.map(({ node }) => this.viewOf(node)).reverse();
    return views.find((view) => view?.mine && !view.shown.deleted);
  }

  /** A new connection: pages asked for on the old one will not come. Rooms in `stale` must be loaded anew. @param {number[]} stale */
  connected(stale) {
    for (const { window } of this.#visited.values()) window.forgetAsking();
    for (const room of stale) this.#visited.get(room)?.window.spoil();
    const read = this.delegate.read(this.current);
    if (read && !this.isLoaded(this.current)) this.#visited.get(this.current)?.begin(read);
    this.reading.look();
  }

  /** @param {number} room */
  reload(room) {
    this.#visited.get(room)?.window.spoil();
    this.reading.look();
  }

  /** The page that was asked for will not come. @param {number} room */
  unanswered(room) {
    this.#visited.get(room)?.window.forgetAsking();
  }

  /** Its reader has read on elsewhere. @param {number} room @param {number} seq @param {number} unread */
  readElsewhere(room, seq, unread) {
    this.#visited.get(room)?.readElsewhere(seq, unread);
    this.reading.look();
  }

  /** Something happened in a room. @param {number} room @param {import("../connection/protocol.js").RoomEvent} event */
  apply(room, event) {
    const conversation = this.#visited.get(room);
    if (!conversation) return;
    conversation.apply(event);
    this.reading.heard(conversation, event);
    this.#showEmptiness();
  }

  /** @param {PageFrame} page */
  addPage(page) {
    const conversation = this.#visited.get(page.room);
    if (conversation) this.reading.take(conversation, page);
    this.#showEmptiness();
  }

  /** Shows what is in the outbox, in whatever state it is. @param {Item} item */
  showItem(item) {
    this.#visited.get(item.operation.room)?.showItem(item);
    this.#showEmptiness();
  }

  /** The server has it. @param {Item} item @param {import("../outbox/items/item.js").Receipt} receipt */
  settle(item, receipt) {
    this.#visited.get(item.operation.room)?.settle(item, receipt);
  }

  /** Its writer gave it up. @param {Item} item */
  drop(item) {
    this.#visited.get(item.operation.room)?.drop(item);
  }

  /** True if the reader is at the end of this room, on a page that can be seen. @param {number} room */
  isWatched(room) {
    const onShow = document.visibilityState === "visible" && document.body.dataset.view === "room";
    return room === this.current && onShow && this.reading.following;
  }

  /** More names of people are known. */
  nameReactions() {
    for (const { window } of this.#visited.values())
      for (const entry of window.entries) if ("nameReactions" in entry) entry.nameReactions();
  }

  #showEmptiness() {
    showIf(this.#empty, this.#visited.get(this.current)?.bare === true);
  }

  /** @param {number} room */
  #visit(room) {
    const conversation = new Conversation(this.reader);
    this.#visited.set(room, conversation);
    for (const item of this.delegate.unsent(room)) conversation.showItem(item);
    return conversation;
  }
}
