import { make } from "../page/elements.js";
import { MessageView } from "./message_view.js";
import { indexFor } from "./seq_order.js";

/** The line above the first message that its reader had not seen when they opened the room. */
export class UnreadLine {
  element = make("div", "unread-line", [make("span", "", "New messages")]);
  /** @type {number | null} */
  #after = null;

  /** @param {import("./timeline.js").Timeline} timeline */
  constructor(timeline) {
    this.timeline = timeline;
  }

  /** @param {number | null} seq how far the reader had read; null if there was nothing new */
  begin(seq) {
    this.#after = seq;
    this.draw();
  }

  /** Puts the line where it belongs, if that is here. */
  draw() {
    const { nodes } = this.timeline;
    const [before, view] = [this.element.parentElement, this.#first()];
    if (view?.node === (before ?? undefined)) return;
    this.element.remove();
    if (before?.parentNode) nodes.drawAround(before);
    if (!view) return;
    view.bubble.previousElementSibling?.before(this.element);
    nodes.drawAround(view.node);
  }

  /** @returns {MessageView | undefined} */
  #first() {
    const { entries, older } = this.timeline.window;
    const index = this.#after === null ? entries.length : indexFor(entries, this.#after + 1);
    // What the reader had seen last is not here, so neither is what came right after it.
    if (index === 0 && older) return undefined;
    return entries.slice(index).flatMap((entry) => (entry instanceof MessageView && !entry.mine ? [entry] : []))[0];
  }
}
