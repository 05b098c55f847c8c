import { Dialog } from "../../dialogs/dialog.js";
import { make, makeButton } from "../../dom/elements.js";

/** The server takes no longer ones. */
const LONGEST = 1_000;

/**
 * Asks what a picture shows.
 *
 * @param {{name: string, description?: string}} file @param {string} url where this browser has it
 * @returns {Promise<string | null>} null if nothing is to change
 */
export function askForDescription({ name, description = "" }, url) {
  const field = make("textarea", "describe-field");
  Object.assign(field, { value: description, maxLength: LONGEST, rows: 3, autofocus: true, dir: "auto" });
  const image = make("img", "describe-picture");
  Object.assign(image, { src: url, alt: "" });
  const label = make("label", "field", [make("span", "field-label", "For those who cannot see it"), field]);
  const save = makeButton("button", "Save", () => dialog.element.close("save"));
  const cancel = makeButton("plain-button", "Cancel", () => dialog.close());
  const actions = make("p", "dialog-actions", [save, cancel]);
  const dialog = new Dialog(`Describe ${name}`, ...(url === "" ? [] : [image]), label, actions).open();
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    dialog.element.close("save");
  });
  return new Promise((resolve) => {
    dialog.element.addEventListener("close", () =>
      resolve(dialog.element.returnValue === "save" ? field.value.trim() : null),
    );
  });
}
