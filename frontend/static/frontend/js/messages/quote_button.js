import { make } from "../dom/elements.js";
import { firstLine } from "../text/plain_text.js";

/** @typedef {import("../connection/protocol.js").Quote} Quote */

/** What a reply answers: a button that leads there. @param {Quote | null} quote null while it is not known */
export function quoteButton(quote) {
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
  const said = quote.deleted ? "This message was deleted." : firstLine(quote.body);
  button.append(
    make("span", "quote-sender", quote.sender.name),
    make("span", quote.deleted ? "quote-body gone" : "quote-body", said),
  );
  button.title = "Go to this message";
  return button;
}
