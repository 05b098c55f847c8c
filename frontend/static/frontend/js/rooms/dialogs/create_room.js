import { ask } from "../../connection/api.js";
import { Dialog } from "../../dialogs/dialog.js";
import { make } from "../../dom/elements.js";
import { textField } from "../../dialogs/fields.js";

const KINDS = [
  { kind: "open", name: "Open", means: "Everybody is a member, newcomers too." },
  { kind: "closed", name: "Closed", means: "Only those whom a member adds can see it." },
];

/** @param {import("../../app/app_interface.js").AppInterface} app */
export function openCreateRoom({ pages }) {
  const name = textField("Name", "");
  const kinds = make("fieldset", "field", [make("legend", "", "Who is in it"), ...KINDS.map(choice)]);
  const form = make("form", "", [
    name.element,
    kinds,
    make("p", "dialog-actions", [make("button", "button", "Create the room")]),
  ]);
  const dialog = new Dialog("Create a room", form).open();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const asked = { name: name.input.value, kind: new FormData(form).get("kind") };
    void dialog.attempt(
      () => ask("POST", "/api/rooms/", asked),
      ({ id }) => pages.go(id, dialog),
    );
  });
}

/** @param {{kind: string, name: string, means: string}} option @param {number} index */
function choice({ kind, name, means }, index) {
  const radio = make("input", "");
  Object.assign(radio, { type: "radio", name: "kind", value: kind, checked: index === 0 });
  return make("label", "choice", [radio, make("span", "choice-name", name), make("span", "choice-means", means)]);
}
