/**
 * Loads what completes names and emoji with the first `@` or `:` that is typed.
 *
 * @param {HTMLTextAreaElement} field
 * @param {() => Promise<import("../connection/protocol.js").Person[]>} people who can be mentioned at this time
 */
export function completeWhenWanted(field, people) {
  const wanted = () => {
    if (!/[@:]/.test(field.value)) return;
    field.removeEventListener("input", wanted);
    load(field, people).catch(() => field.addEventListener("input", wanted)); // Offline: the next letter tries again.
  };
  field.addEventListener("input", wanted);
}

/** @param {HTMLTextAreaElement} field @param {() => Promise<import("../connection/protocol.js").Person[]>} people */
async function load(field, people) {
  const [{ Completion }, { mentionSource }, { emojiSource }] = await Promise.all([
    import("./completion.js"),
    import("./mention_source.js"),
    import("./emoji_source.js"),
  ]);
  await new Completion(field, [mentionSource(people), emojiSource]).look();
}
