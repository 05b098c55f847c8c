/**
 * Puts text into a field as if it had been typed, in the place of what stands between two places; the caret is behind it.
 *
 * @param {HTMLTextAreaElement} field @param {string} text @param {number} from @param {number} to
 */
export function insertText(field, text, from, to) {
  field.setRangeText(text, from, to, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText", data: text }));
}
