import { ask } from "../connection/api.js";
import { Dialog } from "../page/dialog.js";
import { make } from "../page/elements.js";
import { textField } from "../page/fields.js";

/** @param {import("../page/parts.js").Parts} parts @param {number} room */
export function openRenameRoom({ rooms }, room) {
  const name = textField("Name", rooms.get(room)?.name ?? "");
  const form = make("form", "", [name.element, make("p", "dialog-actions", [make("button", "button", "Rename")])]);
  const dialog = new Dialog("Rename the room", form).open();
  name.input.select();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void dialog.attempt(
      () => ask("PATCH", `/api/rooms/${room}/`, { name: name.input.value }),
      () => dialog.close(),
    );
  });
}
