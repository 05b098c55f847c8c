import { make } from "../dom/elements.js";

/** A labelled line of text that must not be blank. @param {string} label @param {string} value */
export function textField(label, value) {
  const input = make("input", "");
  Object.assign(input, { type: "text", value, required: true, maxLength: 80, autocomplete: "off", autofocus: true });
  const element = make("label", "field", [make("span", "field-label", label), input]);
  return { element, input };
}
