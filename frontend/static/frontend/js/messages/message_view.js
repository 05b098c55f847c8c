import { avatar } from "./avatar.js";
import { make } from "../page/elements.js";
import { fillWithText } from "./message_text.js";
import { dayLabel, fullTime, sameDay, shortTime } from "./time_format.js";

/** @typedef {import("../connection/protocol.js").Person} Person */

/** Messages of one person within this belong together. */
const GROUP_MS = 5 * 60_000;

/**
 * One message on the page: one node for its whole life, from the moment it is written until it is deleted. Its place among the
 * others is the timeline's business.
 */
export class MessageView {
  /** The server's order; null while it has none. @type {number | null} */
  seq = null;
  #meta = make("header", "message-meta");
  #time = make("time", "message-time");
  #body = make("div", "message-body");
  #state = make("footer", "message-state");
  #day = make("div", "day-separator");
  /** @type {string | null} */
  #text = null;

  /** @param {Person} sender @param {Date} at @param {boolean} mine */
  constructor(sender, at, mine) {
    this.sender = sender;
    this.at = at;
    this.node = make("article", mine ? "message mine" : "message");
    this.#meta.append(make("span", "message-sender", sender.name), this.#time);
    this.node.append(avatar(sender), make("div", "bubble", [this.#meta, this.#body, this.#state]));
    this.#showTime();
  }

  get clientId() {
    return this.node.dataset.clientId;
  }

  /** @param {string} text */
  showBody(text) {
    if (this.#text === text) return;
    this.#text = text;
    fillWithText(this.#body, text);
  }

  /** @param {string} clientId */
  showPending(clientId) {
    this.node.dataset.clientId = clientId;
    this.#mark("pending");
    this.#state.replaceChildren(make("span", "sending", "Sending…"));
  }

  /** @param {{id: number, seq: number, at: string}} receipt */
  showSent({ id, seq, at }) {
    this.seq = seq;
    this.at = new Date(at);
    this.node.dataset.messageId = String(id);
    this.node.dataset.seq = String(seq);
    this.#mark("sent");
    this.#state.replaceChildren();
    this.#showTime();
  }

  /** @param {string} explanation @param {boolean} retriable */
  showFailed(explanation, retriable) {
    this.#mark("failed", retriable ? undefined : "rejected");
    const retry = make("button", "retry-button", "Retry");
    const discard = make("button", "discard-button", "Discard");
    retry.type = discard.type = "button";
    this.#state.replaceChildren(make("span", "error-message", explanation), ...(retriable ? [retry] : []), discard);
  }

  /** @param {boolean} edited */
  showEdited(edited) {
    this.#meta.querySelector(".message-edited")?.remove();
    if (edited) this.#meta.append(make("span", "message-edited", "edited"));
  }

  showDeleted() {
    this.node.classList.add("deleted");
    this.showEdited(false);
    this.#body.textContent = "This message was deleted.";
    this.#text = null;
  }

  /**
   * Draws what depends on the message before: the day's heading, and whether name and time are worth repeating.
   *
   * @param {MessageView | null} before
   * @param {boolean} adjacent whether nothing stands between the two
   */
  showAfter(before, adjacent) {
    const newDay = before === null || !sameDay(before.at, this.at);
    const near = before?.sender.id === this.sender.id && Math.abs(this.at.getTime() - before.at.getTime()) < GROUP_MS;
    this.node.classList.toggle("continued", near && adjacent && !newDay);
    if (!newDay) return this.#day.remove();
    this.#day.replaceChildren(make("span", "", dayLabel(this.at)));
    this.node.prepend(this.#day);
  }

  #showTime() {
    this.#time.dateTime = this.at.toISOString();
    this.#time.title = fullTime(this.at);
    this.#time.textContent = shortTime(this.at);
  }

  /** @param {"pending" | "sent" | "failed"} state @param {"rejected"} [also] */
  #mark(state, also) {
    this.node.classList.remove("pending", "sent", "failed", "rejected");
    this.node.classList.add(state);
    if (also) this.node.classList.add(also);
  }
}
