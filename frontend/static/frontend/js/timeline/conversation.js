import { afterEvent, afterOperation, changedMessage, messageOf } from "../messages/message_state.js";
import { indexFor } from "./seq_index.js";
import { Timeline } from "./timeline.js";
import { UnreadLine } from "./unread_line.js";

/** @typedef {import("../connection/protocol.js").RoomEvent} RoomEvent @typedef {import("../connection/protocol.js").PageFrame} PageFrame */
/** @typedef {import("../outbox/items/item.js").Item} Item @typedef {import("../outbox/items/item.js").Receipt} Receipt */

/** What a reader wants to see of a room: a message by its seq, where what is new begins, or the newest. @typedef {number | "unread" | "end"} Target */

/** New messages on a page as it comes by itself, and more than anybody reads from the first to the last. */
const [SHORT, LONG] = [25, 100];

/** So many comings and goings leave room for what is said of a room where nobody has spoken. */
const FEW_LINES = 3;

/** One visited room: what is held of its history, what happens in it, and what its reader does to it. */
export class Conversation {
  /** Where its reader left it; null at the end. @type {import("./scroll_keeper.js").Place | null} */
  place = null;
  /** What to bring before the reader's eyes when it is here. @type {Target} */
  target = "unread";
  /** Messages of others since the reader was at the end. */
  unseen = 0;
  /** Changes of mine to messages that the server does not have, by message and client id. @type {Map<number, Map<string, Item>>} */
  #changes = new Map();

  /** The seq of the last event applied. */
  #heard = 0;

  /** @param {import("../messages/known_names.js").Reader} reader */
  constructor(reader) {
    this.reader = reader;
    this.timeline = new Timeline(reader, (message) => [...(this.#changes.get(message)?.values() ?? [])]);
    this.window = this.timeline.window;
    this.line = new UnreadLine(this.timeline);
  }

  /** Whether nobody has spoken here, and there is room to say so. */
  get bare() {
    const spoken = this.timeline.nodes.element.querySelector(".message") !== null;
    return this.window.loaded && !spoken && this.window.entries.length <= FEW_LINES;
  }

  /** Its reader opens it. @param {{seq: number, unread: number}} state how far they have read, and what is new */
  begin({ seq, unread }) {
    this.unseen = unread;
    this.line.begin(unread > 0 ? seq : null);
    // So many that the line is on the page, unless that would be a long way back.
    if (!this.window.loaded) this.window.goTo(unread > SHORT && unread < LONG ? { limit: unread + SHORT } : {});
  }

  /** Its reader has read up to `seq` elsewhere. @param {number} seq @param {number} unread what is new after it */
  readElsewhere(seq, unread) {
    this.unseen = Math.min(this.unseen, unread);
    this.line.follow(seq, unread > 0);
  }

  /** @param {RoomEvent} event */
  apply(event) {
    this.#heard = event.seq;
    this.window.note(event);
    this.reader.names.met(event.actor);
    this.#apply(event);
  }

  /** @param {PageFrame} page @returns {boolean} whether the reader is somewhere else now */
  take(page) {
    const taken = this.window.take(page);
    if (!taken) return false;
    this.timeline.remove(taken.removed);
    for (const message of page.messages) {
      this.reader.names.met(message.sender);
      this.timeline.put(message);
    }
    for (const event of page.lines) this.timeline.addLine(event);
    for (const event of taken.missed) this.#apply(event);
    this.timeline.settleWaiting();
    this.line.draw();
    return taken.moved;
  }

  /** Lets go of what is far from the reader. @param {Element | null} reading null if they are at the end */
  trim(reading) {
    const { entries } = this.window;
    const seq = Number(reading?.getAttribute("data-seq")) || Infinity;
    this.timeline.remove(this.window.trim(Math.min(indexFor(entries, seq), entries.length - 1)));
    this.timeline.placeTail();
    this.line.draw();
  }

  /** Shows what is in the outbox, in whatever state it is. @param {Item} item */
  showItem(item) {
    const { operation } = item;
    if (operation.kind === "send") return this.timeline.showItem(item);
    this.#changes.set(operation.message, (this.#changes.get(operation.message) ?? new Map()).set(item.clientId, item));
    this.timeline.change(operation.message, (message) => message);
  }

  /** The server has it: its event may come later. @param {Item} item @param {Receipt} receipt */
  settle(item, receipt) {
    if (item.operation.kind === "send") return this.timeline.confirm(receipt);
    // A receipt may come again long after: what has happened since stands.
    const told = receipt.seq <= this.#heard;
    this.#endChange(item, (message) =>
      told ? message : afterOperation(message, item.operation, this.reader.me.id, receipt.at),
    );
  }

  /** Its writer gave it up. @param {Item} item */
  drop(item) {
    if (item.operation.kind === "send") return this.timeline.removeItem(item.clientId);
    this.#endChange(item, (message) => message);
  }

  /** @param {RoomEvent} event */
  #apply(event) {
    const { timeline, window } = this;
    if (event.kind === "message") return window.holds(event.seq) && timeline.put(messageOf(event));
    if (event.kind === "member" || event.kind === "room") return window.holds(event.seq) && timeline.addLine(event);
    timeline.change(changedMessage(event), (message) => afterEvent(message, event));
    if (event.kind === "edit") timeline.requote(event.message.id, event.message);
    if (event.kind === "delete") timeline.requote(event.message.id, { body: "", deleted: true });
  }

  /** @param {Item} item @param {(message: import("../messages/message_state.js").State) => import("../messages/message_state.js").State} change */
  #endChange({ clientId, operation }, change) {
    if (operation.kind === "send") return;
    this.#changes.get(operation.message)?.delete(clientId);
    this.timeline.change(operation.message, change);
  }
}
