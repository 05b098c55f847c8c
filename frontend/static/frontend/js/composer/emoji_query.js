/** @typedef {{emoji: string, names: string[]}} NamedEmoji */

/** Two letters at least, so that ":D" and ":x" stay what they are. */
const QUERY = /(?:^|[^\p{L}\p{N}_:]):((?:[a-z][a-z0-9_-]+|[+-]1|100):?)$/u;

/**
 * The name of an emoji that is being typed at the caret, if one is: where its colon stands and what follows it.
 *
 * @param {string} text what stands before the caret
 */
export function emojiQuery(text) {
  const query = QUERY.exec(text.slice(-100))?.[1];
  return query === undefined ? null : { at: text.length - query.length - 1, query };
}

/**
 * Which of the found ones it may mean, each with the name that fits best; those named so come first. After a colon that closes
 * the name it is that name or none.
 *
 * @param {NamedEmoji[]} found by their keywords @param {string} query
 */
export function emojiFor(found, query) {
  const name = query.replace(/:$/, "");
  const named = found.map(({ emoji, names }) => ({
    emoji,
    name: names.find((one) => one === name) ?? names.find((one) => one.startsWith(name)) ?? names[0] ?? "",
  }));
  if (query !== name) return named.filter((one) => one.name === name).slice(0, 1);
  const place = (/** @type {{name: string}} */ one) => (one.name === name ? 0 : one.name.startsWith(name) ? 1 : 2);
  return named.sort((a, b) => place(a) - place(b));
}
