import { make } from "../dom/elements.js";
import { fullTime, shortTime } from "./time_format.js";

/** Where nothing can hover, every message has a button for what can be done to it. */
const TOUCH = matchMedia("(hover: none)");

/** Who wrote a message, when, and whether it says now what it said then. */
export class MessageHeader {
  #time = make("time", "message-time");
  #edited = make("span", "message-edited", "edited");

  /** @param {string} name */
  constructor(name) {
    this.name = name;
    this.element = make("header", "message-meta", [make("span", "message-sender", name), this.#time]);
  }

  /** For those who hear it. */
  get label() {
    return `${this.name}, ${this.#time.textContent}${this.#edited.parentNode ? ", edited" : ""}`;
  }

  /** @param {string} iso */
  showTime(iso) {
    const at = new Date(iso);
    this.#time.dateTime = at.toISOString();
    this.#time.title = fullTime(at);
    this.#time.textContent = shortTime(at);
  }

  /** @param {boolean} edited */
  showEdited(edited) {
    if (edited) this.#time.after(this.#edited);
    else this.#edited.remove();
  }

  /** The server has it: something can be done to it. */
  offerMore() {
    if (!TOUCH.matches) return;
    const more = make("button", "more-button", "⋯");
    more.type = "button";
    more.setAttribute("aria-label", "What to do with this message");
    this.element.append(more);
  }
}
