import { Dialog } from "../dialogs/dialog.js";
import { make, makeButton } from "../dom/elements.js";
import { inOneLine } from "../files/words.js";

/** Asks whether a message is to be deleted. @param {import("./message_state.js").State} message @returns {Promise<boolean>} */
export function askToDelete(message) {
  const keep = makeButton("plain-button", "Keep it", () => dialog.close());
  keep.autofocus = true;
  const remove = makeButton("button danger", "Delete", () => dialog.element.close("delete"));
  const quote = make("p", "quote", [
    make("span", "quote-sender", message.sender.name),
    make("span", "quote-body", inOneLine(message)),
  ]);
  const dialog = new Dialog("Delete this message?", quote, make("p", "dialog-actions", [remove, keep])).open();
  return new Promise((resolve) => {
    dialog.element.addEventListener("close", () => resolve(dialog.element.returnValue === "delete"));
  });
}
