import { ApiError, ask } from "../connection/api.js";
import { Dialog } from "../dialogs/dialog.js";
import { make, makeButton, showIf } from "../dom/elements.js";
import { searchResult } from "./search_result.js";

/** @typedef {import("./search_result.js").Result} Result @typedef {import("../app/app_interface.js").AppInterface} AppInterface */

const PAUSE_MS = 250;

/** What was searched for last is there again the next time. */
const last = { text: "", here: false };

/** @param {AppInterface} app */
export function openSearch(app) {
  new Search(app).open();
}

/** Finds messages in one's rooms, and leads to where they stand. */
class Search {
  #field = make("input", "chooser-field");
  #here = make("input", "");
  #status = make("p", "search-status");
  #results = make("ol", "results");
  #more = makeButton("plain-button", "Show more", () => this.#search(this.#oldest));
  #dialog;
  #oldest = 0;
  #asked = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {AppInterface} app */
  constructor(app) {
    this.app = app;
    this.room = app.rooms.get(app.conversations.current);
    Object.assign(this.#field, {
      type: "text",
      role: "searchbox",
      placeholder: "Search messages",
      value: last.text,
      maxLength: 200,
      autocomplete: "off",
      autofocus: true,
      enterKeyHint: "search",
    });
    this.#field.setAttribute("aria-label", "Search messages");
    Object.assign(this.#here, { type: "checkbox", checked: last.here && this.room !== null });
    this.#status.setAttribute("role", "status");
    const form = make("form", "search-form", [this.#field]);
    if (this.room) form.append(make("label", "choice", [this.#here, make("span", "", `Only in ${this.room.name}`)]));
    this.#dialog = new Dialog("Search", form, this.#status, this.#results, this.#more);
    this.#dialog.element.classList.add("wide");
    this.#dialog.element.addEventListener("close", () => this.#stop());
    this.#dialog.element.addEventListener("keydown", (event) => this.#keyDown(event));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#search();
    });
    this.#field.addEventListener("input", () => this.#soon());
    this.#here.addEventListener("change", () => this.#search());
  }

  open() {
    this.#dialog.open();
    this.#field.select();
    void this.#search();
  }

  #soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#search(), PAUSE_MS);
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#asked.abort();
  }

  /** @param {number | null} [before] a message: those older than it, for more of the same */
  #search(before = null) {
    this.#stop();
    this.#asked = new AbortController();
    const { signal } = this.#asked;
    Object.assign(last, { text: this.#field.value.trim(), here: this.#here.checked });
    return this.#dialog.load(
      () => this.#ask(before, signal),
      ({ results, more }) => this.#show(results, more, before !== null),
    );
  }

  /** @param {number | null} before @param {AbortSignal} signal @returns {Promise<{results: Result[], more: boolean}>} */
  async #ask(before, signal) {
    if (last.text === "") return { results: [], more: false };
    const query = new URLSearchParams({ text: last.text });
    if (this.room && last.here) query.set("room", String(this.room.id));
    if (before !== null) query.set("before", String(before));
    return patiently(() => ask("GET", `/api/search/?${query}`, undefined, signal));
  }

  /** @param {Result[]} results @param {boolean} more @param {boolean} further whether they follow those on show */
  #show(results, more, further) {
    const rows = results.map((result) => searchResult(result, last.text, this.#nameOf(result), () => this.#go(result)));
    if (!further) this.#results.replaceChildren();
    this.#results.append(...rows);
    this.#oldest = results.at(-1)?.id ?? 0;
    if (further) rows[0]?.querySelector("button")?.focus();
    showIf(this.#more, more);
    const count = this.#results.children.length;
    this.#status.textContent =
      last.text === "" ? "Words from messages in your rooms, the newest first." : sentence(count, more);
  }

  /** @param {Result} result */
  #nameOf({ room }) {
    return this.app.rooms.get(room)?.name ?? "";
  }

  /** @param {Result} result */
  #go({ room, seq }) {
    this.#dialog.close();
    this.app.pages.go(room);
    this.app.conversations.showAround(room, seq);
  }

  /** The arrows walk through field and results. @param {KeyboardEvent} event */
  #keyDown(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const stops = [this.#field, ...this.#results.querySelectorAll("button")];
    const place = stops.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    if (step === undefined || place === -1) return;
    event.preventDefault();
    stops[place + step]?.focus();
  }
}

/** @param {number} count @param {boolean} more */
function sentence(count, more) {
  if (count === 0) return "Nothing found. Try fewer or other words.";
  return more ? `The newest ${count} messages.` : count === 1 ? "1 message." : `${count} messages.`;
}

/**
 * Whoever types fast searches often: told to wait, it waits and asks once more before there is an error to see.
 *
 * @template T @param {() => Promise<T>} action
 */
async function patiently(action) {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof ApiError && error.waitMs)) throw error;
    await new Promise((resolve) => setTimeout(resolve, error.waitMs));
    return action();
  }
}
