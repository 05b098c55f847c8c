import { insertText } from "./insert_text.js";
import { make } from "../dom/elements.js";
import { Listbox } from "../dom/listbox.js";

/**
 * @typedef {object} Offer
 * @property {string} text what is written if it is chosen
 * @property {Node[]} shown
 *
 * @typedef {object} Source something that can be completed
 * @property {string} label for those who hear the list
 * @property {(before: string) => {at: number, query: string} | null} query what of it is being typed at the end of a text, and where it begins
 * @property {(query: string) => Promise<Offer[]>} offers
 */

const LIST_ID = "completion-list";
/** So many fit without scrolling. */
const SHOWN = 6;
/** A field of several lines may not be a combobox; it stays a text box with a list of suggestions. */
const OFFERING = Object.freeze({ "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-controls": LIST_ID });
const CARET_KEYS = new Set(["ArrowLeft", "ArrowRight", "Home", "End"]);

/**
 * Offers over the field what the writer may be about to type: the arrows move, Enter, Tab or a click chooses, Escape closes.
 * While nothing is offered, and while an input method composes, no key is touched.
 */
export class Completion {
  /** @type {Offer[]} */
  #offered = [];
  /** Where the text begins that something is offered for, or would be, had the writer not closed the list. */
  #at = -1;
  #closed = false;

  /** @param {HTMLTextAreaElement} field @param {Source[]} sources */
  constructor(field, sources) {
    this.field = field;
    this.sources = sources;
    this.list = new Listbox(field, { id: LIST_ID, className: "completion-list", label: "" }, (index) =>
      this.#choose(index),
    );
    this.list.element.hidden = true;
    field.before(this.list.element);
    // Before the composer, for which Enter means: send.
    field.addEventListener("keydown", (event) => this.#keyDown(event), { capture: true });
    field.addEventListener("input", (event) => event instanceof InputEvent && !event.isComposing && this.look());
    field.addEventListener("compositionend", () => this.look());
    field.addEventListener("click", () => this.look());
    field.addEventListener("keyup", ({ key }) => CARET_KEYS.has(key) && this.look());
    field.addEventListener("blur", () => this.#hide());
    // The field keeps the focus.
    this.list.element.addEventListener("mousedown", (event) => event.preventDefault());
  }

  /** Offers what the letters at the caret may mean. */
  async look() {
    const found = this.#query();
    if (found?.at !== this.#at) this.#closed = false;
    this.#at = found?.at ?? -1;
    if (!found || this.#closed) return this.#hide();
    const offers = await found.source.offers(found.query).catch(() => []);
    // What was asked for may be typed over by now.
    if (this.#query()?.query === found.query && this.#at === found.at && !this.#closed)
      this.#offer(found.source, offers);
  }

  #query() {
    const { value, selectionStart, selectionEnd } = this.field;
    if (selectionStart !== selectionEnd || document.activeElement !== this.field) return null;
    for (const source of this.sources) {
      const found = source.query(value.slice(0, selectionEnd));
      if (found) return { source, ...found };
    }
    return null;
  }

  /** @param {Source} source @param {Offer[]} offers */
  #offer({ label }, offers) {
    if (offers.length === 0) return this.#hide();
    this.#offered = offers.slice(0, SHOWN);
    this.list.element.hidden = false;
    this.list.element.setAttribute("aria-label", label);
    for (const [name, value] of Object.entries(OFFERING)) this.field.setAttribute(name, value);
    this.list.fill(
      this.#offered.map(({ shown }) => make("li", "completion-option", shown)),
      0,
    );
  }

  #hide() {
    if (this.list.element.hidden) return;
    this.list.element.hidden = true;
    for (const name of Object.keys(OFFERING)) this.field.removeAttribute(name);
    this.list.leave();
  }

  /** @param {KeyboardEvent} event */
  #keyDown(event) {
    const { key } = event;
    const composing = event.isComposing || event.keyCode === 229;
    if (this.list.element.hidden || composing || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey)
      return;
    if (key === "Enter" || key === "Tab") this.#choose(this.list.active);
    else if (key === "Escape") this.#dismiss();
    else if (!this.list.move(key)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  #dismiss() {
    this.#closed = true;
    this.#hide();
  }

  /** @param {number} index */
  #choose(index) {
    const offer = this.#offered[index];
    const { value, selectionEnd } = this.field;
    const here = this.#query()?.at === this.#at;
    this.#dismiss();
    if (offer && here)
      insertText(
        this.field,
        `${offer.text}${/^\s/.test(value.slice(selectionEnd)) ? "" : " "}`,
        this.#at,
        selectionEnd,
      );
  }
}
