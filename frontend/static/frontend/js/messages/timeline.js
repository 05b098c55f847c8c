import { EventLine } from "./event_line.js";
import { make } from "../page/elements.js";
import { MessageView } from "./message_view.js";
import { indexFor } from "./seq_order.js";

/** @typedef {import("../connection/protocol.js").Message} Message @typedef {import("../connection/protocol.js").Person} Person */
/** @typedef {import("../outbox/item.js").Item} Item @typedef {import("../outbox/item.js").Receipt} Receipt */
/** @typedef {{id: number, body?: string, edited_at?: string | null, deleted: boolean}} Change */

/**
 * One room's messages on the page. Confirmed ones stand in the order of their `seq`, pending ones follow in the order they were
 * written; no clock has a say. Adding one touches its neighbour at most.
 */
export class Timeline {
  element = make("div", "timeline");
  /** Ascending by seq. @type {(MessageView | EventLine)[]} */
  #confirmed = [];
  /** @type {Map<number, MessageView>} */
  #byId = new Map();
  /** My own, sent or not. @type {Map<string, MessageView>} */
  #byClientId = new Map();
  /** @type {WeakMap<Element, MessageView>} */
  #byNode = new WeakMap();
  /** The last edit or deletion seen of each message: a page may be older than an event that overtook it. @type {Map<number, Change>} */
  #changes = new Map();

  /** @param {Person} me */
  constructor(me) {
    this.me = me;
  }

  get newestSeq() {
    return this.#confirmed.at(-1)?.seq ?? 0;
  }

  get oldestSeq() {
    return this.#confirmed[0]?.seq ?? null;
  }

  /** Shows a message of the outbox in whatever state it is. @param {Item} item @param {string} explanation why, if it failed */
  showItem({ clientId, at, state, operation }, explanation) {
    if (operation.kind !== "send") return;
    let view = this.#byClientId.get(clientId);
    if (!view) {
      view = this.#make(this.me, at);
      view.showBody(operation.body);
      this.#byClientId.set(clientId, view);
    }
    view.showPending(clientId);
    if (state === "failed" || state === "rejected") view.showFailed(explanation, state === "failed");
    if (view.node.parentNode) return;
    this.element.append(view.node);
    this.#drawAround(view.node);
  }

  /** My message has arrived: same node, now with the server's id and place. @param {Receipt} receipt */
  confirm(receipt) {
    const view = this.#byClientId.get(receipt.clientId);
    if (view && view.seq === null) this.#settle(view, receipt);
  }

  /** @param {string} clientId */
  removeItem(clientId) {
    const node = this.#byClientId.get(clientId)?.node;
    this.#byClientId.delete(clientId);
    const below = node?.nextElementSibling;
    node?.remove();
    if (below) this.#drawAround(below);
  }

  /** Adds a message, or brings the one on show up to date. @param {Message} message */
  put(message) {
    const mine = message.sender.id === this.me.id;
    const known = this.#byId.get(message.id) ?? (mine ? this.#byClientId.get(message.client_id) : undefined);
    const view = known ?? this.#make(message.sender, message.at);
    if (mine) this.#byClientId.set(message.client_id, view);
    if (mine) view.node.dataset.clientId = message.client_id;
    if (view.seq === null) this.#settle(view, message);
    this.#show(this.#changes.get(message.id) ?? message);
  }

  /** @param {Change} change an edit or a deletion */
  change(change) {
    this.#changes.set(change.id, change);
    this.#show(change);
  }

  /** @param {Change} change */
  #show({ id, body, edited_at, deleted }) {
    const view = this.#byId.get(id);
    if (deleted) return view?.showDeleted();
    if (body !== undefined) view?.showBody(body);
    view?.showEdited(Boolean(edited_at));
  }

  /** @param {import("./event_line.js").LineEvent} event */
  addLine(event) {
    if (this.#confirmed[indexFor(this.#confirmed, event.seq)]?.seq !== event.seq) this.#place(new EventLine(event));
  }

  /** Forgets what the server said, keeps what is not sent. */
  clearConfirmed() {
    for (const { node } of this.#confirmed.splice(0)) node.remove();
    this.#byId.clear();
    this.#changes.clear();
    for (const [clientId, view] of this.#byClientId) if (view.seq !== null) this.#byClientId.delete(clientId);
    if (this.element.firstElementChild) this.#drawAround(this.element.firstElementChild);
  }

  /** @param {Person} sender @param {string} at */
  #make(sender, at) {
    const view = new MessageView(sender, new Date(at), sender.id === this.me.id);
    this.#byNode.set(view.node, view);
    return view;
  }

  /** @param {MessageView} view @param {{id: number, seq: number, at: string}} receipt */
  #settle(view, receipt) {
    view.showSent(receipt);
    this.#byId.set(receipt.id, view);
    this.#place(view);
  }

  /** @param {MessageView | EventLine} entry with its seq */
  #place(entry) {
    const index = indexFor(this.#confirmed, entry.seq ?? 0);
    const above = this.#confirmed[index - 1]?.node ?? null;
    this.#confirmed.splice(index, 0, entry);
    const inPlace = entry.node.parentNode === this.element && entry.node.previousElementSibling === above;
    const leftBehind = inPlace ? null : entry.node.nextElementSibling;
    if (!inPlace) this.element.insertBefore(entry.node, above ? above.nextElementSibling : this.element.firstElementChild);
    this.#drawAround(entry.node);
    if (leftBehind) this.#drawAround(leftBehind);
  }

  /** @param {Element} node */
  #drawAround(node) {
    for (const each of [node, node.nextElementSibling]) {
      let above = each?.previousElementSibling;
      while (above && !this.#byNode.has(above)) above = above.previousElementSibling;
      const view = each && this.#byNode.get(each);
      if (view) view.showAfter((above && this.#byNode.get(above)) || null, above === each.previousElementSibling);
    }
  }
}
