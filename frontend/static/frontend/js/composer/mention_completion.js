import { avatar } from "../messages/avatar.js";
import { insertText } from "./insert_text.js";
import { make } from "../page/elements.js";
import { Listbox } from "../page/listbox.js";
import { mentionQuery, mentionable } from "./mention_query.js";

/** @typedef {import("../connection/protocol.js").Person} Person */

const LIST_ID = "mention-list";
/** A field of several lines may not be a combobox; it stays a text box with a list of suggestions. */
const OFFERING = Object.freeze({ "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-controls": LIST_ID });
const CARET_KEYS = new Set(["ArrowLeft", "ArrowRight", "Home", "End"]);

/**
 * Offers names over the field as soon as `@` is typed: the arrows move, Enter, Tab or a click chooses, Escape closes. While
 * nothing is offered, and while an input method composes, no key is touched.
 */
export class MentionCompletion {
  /** @type {Person[]} */
  #offered = [];
  /** Where the `@` stands that names are offered for, or would be, had the writer not closed the list. */
  #at = -1;
  #closed = false;

  /** @param {HTMLTextAreaElement} field @param {() => Promise<Person[]>} people who can be mentioned at this time */
  constructor(field, people) {
    this.field = field;
    this.people = people;
    this.list = new Listbox(field, { id: LIST_ID, className: "mention-list", label: "People to mention" }, (index) => this.#choose(index));
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

  /** Offers whom the letters at the caret may mean. */
  async look() {
    const found = this.#query();
    if (found?.at !== this.#at) this.#closed = false;
    this.#at = found?.at ?? -1;
    if (!found || this.#closed) return this.#hide();
    const people = await this.people().catch(() => []);
    // What was asked for may be typed over by now.
    if (this.#query()?.query === found.query && this.#at === found.at && !this.#closed) this.#offer(mentionable(people, found.query));
  }

  #query() {
    const { value, selectionStart, selectionEnd } = this.field;
    return selectionStart === selectionEnd && document.activeElement === this.field ? mentionQuery(value.slice(0, selectionEnd)) : null;
  }

  /** @param {Person[]} people */
  #offer(people) {
    if (people.length === 0) return this.#hide();
    this.#offered = people;
    this.list.element.hidden = false;
    for (const [name, value] of Object.entries(OFFERING)) this.field.setAttribute(name, value);
    this.list.fill(people.map(option), 0);
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
    if (this.list.element.hidden || composing || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
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
    const person = this.#offered[index];
    const { value, selectionEnd } = this.field;
    const here = this.#query()?.at === this.#at;
    this.#dismiss();
    if (person && here) insertText(this.field, `@${person.name}${/^\s/.test(value.slice(selectionEnd)) ? "" : " "}`, this.#at, selectionEnd);
  }
}

/** @param {Person} person */
function option(person) {
  return make("li", "mention-option", [avatar(person), make("span", "", person.name)]);
}
