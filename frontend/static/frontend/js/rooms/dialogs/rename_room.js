import { ask } from "../../connection/api.js";
import { Dialog } from "../../dialogs/dialog.js";
import { make } from "../../dom/elements.js";
import { textField } from "../../dialogs/fields.js";

/** Gives the open room another name. @param {import("../../app/app_interface.js").AppInterface} app */
export function openRenameRoom({ rooms, conversations }) {
  const room = rooms.get(conversations.current);
  if (!room) return;
  const name = textField("Name", room.name);
  const form = make("form", "", [name.element, make("p", "dialog-actions", [make("button", "button", "Rename")])]);
  const dialog = new Dialog("Rename the room", form).open();
  name.input.select();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void dialog.attempt(
      () => ask("PATCH", `/api/rooms/${room.id}/`, { name: name.input.value }),
      () => dialog.close(),
    );
  });
}
