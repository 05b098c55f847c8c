import { make } from "./elements.js";
import { rank } from "../search/fuzzy.js";

/** @typedef {{name: string, detail: string, sign: Node, choose: () => void}} Option */

const SHOWN = 50;
let count = 0;

/** A field, and under it what fits the letters typed: the arrows move, Enter or a click chooses. */
export class Chooser {
  #field = make("input", "chooser-field");
  #list = make("ul", "chooser-list");
  #nothing = make("p", "chooser-nothing");
  element = make("div", "chooser", [this.#field, this.#list, this.#nothing]);
  /** @type {Option[] | null} */
  #options = null;
  /** @type {Option[]} */
  #shown = [];
  #active = 0;

  /** @param {string} label @param {string} nothing what to say when nothing fits */
  constructor(label, nothing) {
    this.nothing = nothing;
    this.#list.id = `chooser-${(count += 1)}`;
    this.#list.setAttribute("role", "listbox");
    this.#list.setAttribute("aria-label", label);
    this.#nothing.setAttribute("role", "status");
    const attributes = { role: "combobox", "aria-label": label, "aria-expanded": "true", "aria-autocomplete": "list", "aria-controls": this.#list.id };
    for (const [name, value] of Object.entries(attributes)) this.#field.setAttribute(name, value);
    Object.assign(this.#field, { type: "text", placeholder: label, autocomplete: "off", spellcheck: false, autofocus: true });
    this.#field.addEventListener("input", () => this.#draw(0));
    this.#field.addEventListener("keydown", (event) => this.#keyDown(event));
    this.#list.addEventListener("click", ({ target }) => this.#clicked(target));
  }

  /** May come late, and again. @param {Option[]} options */
  show(options) {
    this.#options = options;
    this.#draw(this.#active);
  }

  /** @param {number} active */
  #draw(active) {
    if (!this.#options) return;
    this.#shown = rank(this.#field.value, this.#options, ({ name }) => name).slice(0, SHOWN);
    this.#list.replaceChildren(...this.#shown.map((option, index) => this.#row(option, index)));
    this.#nothing.textContent = this.#shown.length === 0 ? this.nothing : "";
    this.#activate(Math.max(0, Math.min(active, this.#shown.length - 1)));
  }

  /** @param {Option} option @param {number} index */
  #row({ name, detail, sign }, index) {
    const row = make("li", "chooser-option", [sign, make("span", "chooser-name", name), make("span", "chooser-detail", detail)]);
    row.id = `${this.#list.id}-${index}`;
    row.setAttribute("role", "option");
    return row;
  }

  /** @param {number} index */
  #activate(index) {
    this.#active = index;
    for (const [at, row] of [...this.#list.children].entries()) row.setAttribute("aria-selected", String(at === index));
    const row = this.#list.children[index];
    if (row) this.#field.setAttribute("aria-activedescendant", row.id);
    else this.#field.removeAttribute("aria-activedescendant");
    row?.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  #keyDown(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.isComposing || (step === undefined && event.key !== "Enter")) return;
    event.preventDefault();
    if (step === undefined) this.#shown[this.#active]?.choose();
    else if (this.#shown.length > 0) this.#activate((this.#active + step + this.#shown.length) % this.#shown.length);
  }

  /** @param {EventTarget | null} target */
  #clicked(target) {
    const row = target instanceof Element ? target.closest("[role=option]") : null;
    if (row) this.#shown[[...this.#list.children].indexOf(row)]?.choose();
  }
}
