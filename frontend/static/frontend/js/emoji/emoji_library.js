import Picker from "../../vendor/emoji-picker-element/picker.js";
import { DATA, EMOJI_VERSION } from "./emoji_data.js";

// The picker writes style attributes, which the page's security policy refuses, as it should: markup could bring them along.
// What a script sets through the style object is not refused.
HTMLElement.prototype.setAttribute = function (name, value) {
  if (name === "style") this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
};

/**
 * Puts the picker into an element, with the focus in its search field; where that would raise a keyboard over the emoji, not.
 *
 * @param {HTMLElement} element
 * @param {(emoji: string) => void} choose
 */
export function showPicker(element, choose) {
  const picker = new Picker({ dataSource: DATA, locale: "en", emojiVersion: EMOJI_VERSION });
  picker.addEventListener("emoji-click", ({ detail }) => detail.unicode && choose(detail.unicode));
  element.replaceChildren(picker);
  if (!matchMedia("(pointer: coarse)").matches) picker.shadowRoot?.querySelector("input")?.focus();
}
