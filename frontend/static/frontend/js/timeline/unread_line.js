import { make } from "../dom/elements.js";
import { MessageView } from "../messages/message_view.js";
import { indexFor } from "./seq_index.js";

/** The line above the first message that its reader had not seen when they opened the room. */
export class UnreadLine {
  element = make("div", "unread-line", [make("span", "", "New messages")]);
  /** @type {number | null} */
  #after = null;
  #found = false;

  /** @param {import("./timeline.js").Timeline} timeline */
  constructor(timeline) {
    this.timeline = timeline;
  }

  /** @param {number | null} seq how far the reader had read; null if there was nothing new */
  begin(seq) {
    this.#after = seq;
    this.#found = false;
    this.draw();
  }

  /** Its reader has read up to `seq` elsewhere. @param {number} seq @param {boolean} more whether something is new below it */
  follow(seq, more) {
    if (this.#after !== null && seq > this.#after) this.begin(more ? seq : null);
  }

  /** Where what is new begins. */
  get from() {
    return (this.#after ?? 0) + 1;
  }

  /** Whether it belongs above everything that is here, and its reader has not come by it yet. */
  get missed() {
    return !this.#found && this.timeline.window.loaded && this.#isAbove();
  }

  /** Puts the line where it belongs, if that is here. */
  draw() {
    const { nodes } = this.timeline;
    const [before, view] = [this.element.parentElement, this.#first()];
    if (view?.node === (before ?? undefined)) return;
    this.element.remove();
    if (before?.parentNode) nodes.drawAround(before);
    if (!view) return;
    this.#found = true;
    view.bubble.previousElementSibling?.before(this.element);
    nodes.drawAround(view.node);
  }

  /** @returns {MessageView | undefined} */
  #first() {
    const { entries } = this.timeline.window;
    if (this.#after === null || this.#isAbove()) return undefined;
    const fresh = entries.slice(indexFor(entries, this.from));
    return fresh.flatMap((entry) => (entry instanceof MessageView && !entry.mine ? [entry] : []))[0];
  }

  /** What the reader had seen last is not here, so neither is what came right after it. */
  #isAbove() {
    const { entries, older } = this.timeline.window;
    return this.#after !== null && older && indexFor(entries, this.from) === 0;
  }
}
