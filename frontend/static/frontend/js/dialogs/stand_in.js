import { make } from "../dom/elements.js";
import { Dialog } from "./dialog.js";

/** Stands in for a dialog while that is being loaded. What is typed meanwhile, and Enter after it, is for the field there. */
export class StandIn {
  #field = make("input", "chooser-field");
  #entered = false;
  #composing = false;

  /** @param {boolean} takesText whether the dialog that is to come has such a field */
  constructor(takesText) {
    this.dialog = new Dialog("One moment…", ...(takesText ? [this.#field] : []));
    Object.assign(this.#field, { type: "text", autocomplete: "off", spellcheck: false, autofocus: true });
    this.#field.setAttribute("aria-label", "One moment…");
    this.#field.addEventListener("input", () => (this.#entered = false));
    this.#field.addEventListener("compositionstart", () => (this.#composing = true));
    this.#field.addEventListener("compositionend", () => (this.#composing = false));
    this.#field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      this.#entered = true;
      event.preventDefault();
    });
  }

  /** Waits for the end of what an input method composes in its field: cut off, it would be lost. */
  async composed() {
    if (!this.#composing) return;
    await new Promise((resolve) => this.#field.addEventListener("compositionend", resolve, { once: true }));
  }

  /** Opens the dialog in its place, as if its field had been there from the beginning. @param {() => void} open */
  giveWayTo(open) {
    const text = this.#field.value;
    open();
    const field = Dialog.current?.element.querySelector("input[autofocus]");
    if (!(field instanceof HTMLInputElement)) return;
    if (text !== "") {
      field.value = text;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    if (!this.#entered) return;
    if (field.form) field.form.requestSubmit();
    else field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
  }
}
