import { avatar } from "../messages/avatar.js";
import { insertText } from "./insert_text.js";
import { make } from "../page/elements.js";
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
  #list = make("ul", "mention-list");
  /** @type {Person[]} */
  #offered = [];
  #active = 0;
  /** Where the `@` stands that names are offered for, or would be, had the writer not closed the list. */
  #at = -1;
  #closed = false;

  /** @param {HTMLTextAreaElement} field @param {() => Promise<Person[]>} people who can be mentioned at this time */
  constructor(field, people) {
    this.field = field;
    this.people = people;
    Object.assign(this.#list, { id: LIST_ID, hidden: true });
    this.#list.setAttribute("role", "listbox");
    this.#list.setAttribute("aria-label", "People to mention");
    field.before(this.#list);
    // Before the composer, for which Enter means: send.
    field.addEventListener("keydown", (event) => this.#keyDown(event), { capture: true });
    field.addEventListener("input", (event) => event instanceof InputEvent && !event.isComposing && this.look());
    field.addEventListener("compositionend", () => this.look());
    field.addEventListener("click", () => this.look());
    field.addEventListener("keyup", ({ key }) => CARET_KEYS.has(key) && this.look());
    field.addEventListener("blur", () => this.#hide());
    // The field keeps the focus.
    this.#list.addEventListener("mousedown", (event) => event.preventDefault());
    this.#list.addEventListener("click", ({ target }) => this.#clicked(target));
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
    this.#list.replaceChildren(...people.map((person, index) => option(person, index)));
    this.#list.hidden = false;
    for (const [name, value] of Object.entries(OFFERING)) this.field.setAttribute(name, value);
    this.#activate(0);
  }

  #hide() {
    if (this.#list.hidden) return;
    this.#list.hidden = true;
    for (const name of [...Object.keys(OFFERING), "aria-activedescendant"]) this.field.removeAttribute(name);
  }

  /** @param {number} index */
  #activate(index) {
    this.#active = index;
    for (const [at, row] of [...this.#list.children].entries()) row.setAttribute("aria-selected", String(at === index));
    this.field.setAttribute("aria-activedescendant", `${LIST_ID}-${index}`);
    this.#list.children[index]?.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  #keyDown(event) {
    const { key } = event;
    const composing = event.isComposing || event.keyCode === 229;
    if (this.#list.hidden || composing || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (step !== undefined) this.#activate((this.#active + step + this.#offered.length) % this.#offered.length);
    else if (key === "Enter" || key === "Tab") this.#choose(this.#active);
    else if (key === "Escape") this.#dismiss();
    else return;
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

  /** @param {EventTarget | null} target */
  #clicked(target) {
    const row = target instanceof Element ? target.closest("[role=option]") : null;
    if (row) this.#choose([...this.#list.children].indexOf(row));
  }
}

/** @param {Person} person @param {number} index */
function option(person, index) {
  const row = make("li", "mention-option", [avatar(person), make("span", "", person.name)]);
  row.id = `${LIST_ID}-${index}`;
  row.setAttribute("role", "option");
  return row;
}
