import { EventLine } from "../messages/event_line.js";
import { NO_FILES, unsentMessage } from "../messages/message_state.js";
import { MessageView } from "../messages/message_view.js";
import { Order } from "./order.js";
import { Quotes, quoteOf } from "./quotes.js";
import { TimelineNodes } from "./timeline_nodes.js";

/** @typedef {import("../connection/protocol.js").Message} Message @typedef {import("../outbox/items/item.js").Item} Item */
/** @typedef {import("../outbox/items/item.js").Receipt} Receipt @typedef {import("../messages/message_state.js").State} State @typedef {MessageView | EventLine} Entry */

/** One room's messages on the page, one node each: the room's log, as far as it is held, and then what of mine is not in it yet. */
export class Timeline {
  /** @type {Order<Entry, MessageView>} */
  order = new Order();
  window = this.order.window;
  nodes = new TimelineNodes();
  /** @type {Map<number, MessageView>} */
  #byId = new Map();
  /** My own. @type {Map<string, MessageView>} */
  #byClientId = new Map();
  #quotes = new Quotes();

  /** @param {import("../messages/known_names.js").Reader} reader @param {(message: number) => Item[]} changesTo the reader's own changes to a message that the server does not have */
  constructor(reader, changesTo) {
    this.reader = reader;
    this.changesTo = changesTo;
  }

  /** @param {number} id */
  get(id) {
    return this.#byId.get(id);
  }

  /** Shows a message of the outbox in whatever state it is. @param {Item} item */
  showItem(item) {
    const { clientId, operation } = item;
    if (operation.kind !== "send") return;
    const quote = quoteOf(this.#byId.get(operation.replyTo ?? 0));
    const view = this.#byClientId.get(clientId) ?? this.#make(unsentMessage(item, operation, this.reader, quote));
    view.showUnsent(item);
    this.order.wait(view);
    this.placeTail();
  }

  /** My message has arrived: same node, now with the server's id and, if it belongs to what is held, its place. @param {Receipt} receipt */
  confirm({ clientId, id, seq, at }) {
    const view = this.#byClientId.get(clientId);
    if (!view || view.seq !== null) return;
    this.#settle(view, { ...view.message, id, seq, at });
    this.#placeConfirmed(view);
  }

  /** @param {string} clientId */
  removeItem(clientId) {
    const view = this.#byClientId.get(clientId);
    if (!view) return;
    this.#forget(view);
    this.nodes.remove(view.node);
  }

  /** Adds a message that belongs to what is held, or brings the one on show up to date. @param {Message} message */
  put(message) {
    const mine = message.sender.id === this.reader.me.id;
    const known = this.#byId.get(message.id) ?? (mine ? this.#byClientId.get(message.client_id) : undefined);
    const reactions = message.reactions ?? known?.message.reactions ?? [];
    const state = { ...message, reactions, files: message.files ?? NO_FILES };
    const view = known ?? this.#make(state);
    this.#settle(view, state);
    if (!known || this.order.waiting.includes(view)) this.#place(view);
  }

  /** @param {number} id @param {(message: State) => State} change */
  change(id, change) {
    const view = this.#byId.get(id);
    if (view) this.#settle(view, change(view.message));
  }

  /** A message changed that may not be here, but be quoted here. @param {number} id @param {{body: string, deleted: boolean}} now */
  requote(id, now) {
    if (!this.#byId.has(id)) this.#quotes.changed(id, now);
  }

  /** @param {import("../messages/event_line.js").LineEvent} event */
  addLine(event) {
    if (!this.window.entries.some(({ seq }) => seq === event.seq)) this.#place(new EventLine(event));
  }

  /** Takes what the window let go of off the page. @param {Entry[]} entries */
  remove(entries) {
    for (const entry of entries) {
      if (entry instanceof MessageView) this.#forget(entry);
      entry.node.remove();
    }
    if (entries.length > 0) this.nodes.drawFirst();
  }

  /** The window holds another part of the log now: my messages that waited for it take their places, or are not on show. */
  settleWaiting() {
    for (const view of [...this.order.waiting]) if (view.seq !== null) this.#placeConfirmed(view);
    this.placeTail();
  }

  /** Shows what waits below the log's end; away from it, it is not to be seen. */
  placeTail() {
    let above = this.window.entries.at(-1)?.node ?? null;
    for (const view of this.order.waiting) {
      if (this.order.isShown(view)) above = this.nodes.keep(view.node, above);
      else this.nodes.remove(view.node);
    }
  }

  /** @param {State} state */
  #make(state) {
    const view = new MessageView(state, this.reader);
    this.nodes.know(view);
    if (view.mine) this.#byClientId.set(state.client_id, view);
    this.#quotes.add(view);
    return view;
  }

  /** @param {MessageView} view @param {State} message as the server has it */
  #settle(view, message) {
    const id = message.id ?? 0;
    this.#byId.set(id, view);
    view.show(message, this.changesTo(id));
    this.#quotes.follow(view);
  }

  /** @param {Entry} entry with its seq */
  #place(entry) {
    this.nodes.place(entry.node, this.order.place(entry)?.node ?? null);
  }

  /** @param {MessageView} view one of mine, with its seq */
  #placeConfirmed(view) {
    const where = this.order.confirm(view);
    if (where === "held") this.#place(view);
    else if (where === "waits") this.placeTail();
    else this.removeItem(view.message.client_id);
  }

  /** @param {MessageView} view */
  #forget(view) {
    const { id, client_id } = view.message;
    this.order.drop(view);
    this.#quotes.forget(view);
    if (id !== null) this.#byId.delete(id);
    if (view.mine) this.#byClientId.delete(client_id);
  }
}
