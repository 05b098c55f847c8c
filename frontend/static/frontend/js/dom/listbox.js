import { make } from "./elements.js";

/** How far each key moves. @type {Record<string, number>} */
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

/**
 * Options for a field, which keeps the focus: its `aria-activedescendant` names the one that Enter would choose.
 * (The pattern "Listbox" of the ARIA Authoring Practices.)
 */
export class Listbox {
  /** The one that would be chosen. */
  active = 0;

  /** @param {HTMLElement} field @param {{id: string, className: string, label: string}} names @param {(index: number) => void} choose by a click */
  constructor(field, { id, className, label }, choose) {
    this.field = field;
    this.element = make("ul", className);
    this.element.id = id;
    this.element.setAttribute("role", "listbox");
    this.element.setAttribute("aria-label", label);
    this.element.addEventListener("click", ({ target }) => {
      const option = target instanceof Element ? target.closest("[role=option]") : null;
      if (option) choose([...this.element.children].indexOf(option));
    });
  }

  /** @param {HTMLElement[]} options @param {number} active or the last one, if there are fewer */
  fill(options, active) {
    for (const [index, option] of options.entries()) {
      option.id = `${this.element.id}-${index}`;
      option.setAttribute("role", "option");
    }
    this.element.replaceChildren(...options);
    this.#activate(Math.max(0, Math.min(active, options.length - 1)));
  }

  /** Moves for an arrow, from one end to the other. @param {string} key @returns {boolean} whether it was one */
  move(key) {
    const step = STEPS[key];
    const count = this.element.children.length;
    if (step !== undefined && count > 0) this.#activate((this.active + step + count) % count);
    return step !== undefined;
  }

  /** The field belongs to no option any more. */
  leave() {
    this.field.removeAttribute("aria-activedescendant");
  }

  /** @param {number} index */
  #activate(index) {
    this.active = index;
    for (const [at, option] of [...this.element.children].entries())
      option.setAttribute("aria-selected", String(at === index));
    const option = this.element.children[index];
    if (!option) return this.leave();
    this.field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }
}
