import { make } from "../dom/elements.js";
import { firstLine } from "../text/plain_text.js";

/** @typedef {import("../connection/protocol.js").Quote} Quote */

/** What a reply answers, above its text. */
export class AnsweredQuote {
  /** @type {HTMLElement | null} */
  #button = null;
  /** @type {Quote | null | undefined} */
  #quote;

  /** @param {Element} text @param {Quote | null | undefined} quote null while it is not known; undefined for what is no reply */
  show(text, quote) {
    if (quote === this.#quote) return;
    this.#quote = quote;
    this.#button?.remove();
    this.#button = quote === undefined ? null : quoteButton(quote);
    if (this.#button) text.before(this.#button);
  }
}

/** A button that leads to what is quoted. @param {Quote | null} quote */
function quoteButton(quote) {
  const button = make("button", "quote");
  button.type = "button";
  // Reached from its message; the page's own order of Tab would have one stop for every reply.
  button.tabIndex = -1;
  if (!quote) {
    button.disabled = true;
    button.append(make("span", "quote-body", "An earlier message"));
    return button;
  }
  button.dataset.seq = String(quote.seq);
  const said = quote.deleted ? "This message was deleted." : firstLine(quote.body) || (quote.file ?? "");
  button.append(
    make("span", "quote-sender", quote.sender.name),
    make("span", quote.deleted ? "quote-body gone" : "quote-body", said),
  );
  button.title = "Go to this message";
  return button;
}
