/** @typedef {import("../messages/message_view.js").MessageView} MessageView @typedef {import("../connection/protocol.js").Quote} Quote */

/** As many characters of a message as the server quotes. */
const QUOTED = 200;

/** Keeps the quotes on the page true to the messages they quote. */
export class Quotes {
  /** The replies on the page by the message they answer. @type {Map<number, Set<MessageView>>} */
  #to = new Map();

  /** @param {MessageView} view */
  add(view) {
    const source = view.message.reply_to;
    if (source !== null) this.#to.set(source, (this.#to.get(source) ?? new Set()).add(view));
  }

  /** @param {MessageView} view */
  forget(view) {
    const source = view.message.reply_to ?? 0;
    const replies = this.#to.get(source);
    if (replies?.delete(view) && replies.size === 0) this.#to.delete(source);
  }

  /** A message is shown anew: so are the quotes of it. @param {MessageView} view */
  follow(view) {
    const quote = this.#to.size > 0 ? quoteOf(view) : null;
    if (quote) for (const reply of this.#to.get(quote.id) ?? []) reply.showQuote(quote);
  }

  /** A message that may not be on the page has changed. @param {number} id @param {{body: string, deleted: boolean}} now */
  changed(id, { body, deleted }) {
    for (const reply of this.#to.get(id) ?? []) {
      const { quote } = reply.message;
      if (quote) reply.showQuote({ ...quote, body: cut(body), deleted });
    }
  }
}

/** @param {MessageView | undefined} view @returns {Quote | null} */
export function quoteOf(view) {
  if (!view) return null;
  const { id, seq, sender, body, deleted, files } = view.shown;
  const file = files[0]?.name ?? null;
  return id === null || seq === null ? null : { id, seq, sender, body: cut(body), file, deleted };
}

/** @param {string} body */
function cut(body) {
  return [...body.slice(0, 2 * QUOTED)].slice(0, QUOTED).join("");
}
