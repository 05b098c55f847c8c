import { make } from "../dom/elements.js";
import { Listbox } from "../dom/listbox.js";
import { rank } from "../text/fuzzy.js";

/** @typedef {{name: string, detail: string, sign: Node, choose: () => void}} Option */

const SHOWN = 50;
/** Enter does not wait longer than this for options that are still to come. */
const PATIENCE_MS = 5_000;
let count = 0;

/** A field, and under it what fits the letters typed: the arrows move, Enter or a click chooses. */
export class Chooser {
  #field = make("input", "chooser-field");
  #nothing = make("p", "chooser-nothing");
  /** @type {Option[] | null} */
  #options = null;
  /** @type {Option[]} */
  #shown = [];
  /** What options are still to come, of which one may be meant. */
  #coming = 0;
  #entered = false;
  /** Whether the arrows have chosen among what is on show. */
  #moved = false;

  /** @param {string} label @param {string} nothing what to say when nothing fits */
  constructor(label, nothing) {
    this.nothing = nothing;
    this.list = new Listbox(this.#field, { id: `chooser-${(count += 1)}`, className: "chooser-list", label }, (index) =>
      this.#shown[index]?.choose(),
    );
    this.element = make("div", "chooser", [this.#field, this.list.element, this.#nothing]);
    this.#nothing.setAttribute("role", "status");
    const attributes = {
      role: "combobox",
      "aria-label": label,
      "aria-expanded": "true",
      "aria-autocomplete": "list",
      "aria-controls": this.list.element.id,
    };
    for (const [name, value] of Object.entries(attributes)) this.#field.setAttribute(name, value);
    Object.assign(this.#field, {
      type: "text",
      placeholder: label,
      autocomplete: "off",
      spellcheck: false,
      autofocus: true,
    });
    this.#field.addEventListener("input", () => {
      this.#entered = this.#moved = false;
      this.#draw(0);
    });
    this.#field.addEventListener("keydown", (event) => this.#keyDown(event));
  }

  /** May come late, and again. @param {Option[]} options */
  show(options) {
    this.#options = options;
    // What was chosen by the arrows stays; what was only the first to fit need not be.
    this.#draw(this.#entered ? 0 : this.list.active);
  }

  /** Options are on their way to `show`: Enter waits for them, since one of them may be meant. @param {Promise<unknown>} coming */
  async expect(coming) {
    this.#coming += 1;
    await Promise.race([coming, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
    this.#coming -= 1;
    if (this.#entered) this.#enter();
  }

  #enter() {
    this.#entered = this.#coming > 0 && !this.#moved;
    if (!this.#entered && this.element.isConnected) this.#shown[this.list.active]?.choose();
  }

  /** @param {number} active */
  #draw(active) {
    if (!this.#options) return;
    this.#shown = rank(this.#field.value, this.#options, ({ name }) => name).slice(0, SHOWN);
    this.list.fill(this.#shown.map(row), active);
    this.#nothing.textContent = this.#shown.length === 0 ? this.nothing : "";
  }

  /** @param {KeyboardEvent} event */
  #keyDown(event) {
    if (event.isComposing) return;
    if (event.key === "Enter") this.#enter();
    else if (!this.list.move(event.key)) return;
    else this.#moved = true;
    event.preventDefault();
  }
}

/** @param {Option} option */
function row({ name, detail, sign }) {
  return make("li", "chooser-option", [
    sign,
    make("span", "chooser-name", name),
    make("span", "chooser-detail", detail),
  ]);
}
