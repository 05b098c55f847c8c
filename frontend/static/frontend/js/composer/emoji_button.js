import { insertText } from "./insert_text.js";
import { pickEmoji } from "../emoji/emoji_picker.js";

/** Writes an emoji at the caret. */
export class EmojiButton {
  /** @param {HTMLElement} button @param {HTMLTextAreaElement} field */
  constructor(button, field) {
    button.addEventListener("click", async () => {
      const emoji = await pickEmoji(button);
      if (emoji === null) return;
      field.focus();
      insertText(field, emoji, field.selectionStart, field.selectionEnd);
    });
  }
}
