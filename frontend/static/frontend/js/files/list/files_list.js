import { Dialog } from "../../dialogs/dialog.js";
import { make, makeButton, setText, showIf } from "../../dom/elements.js";
import { showPictures } from "../viewer/open_viewer.js";
import { roomFiles } from "../viewer/room_files.js";
import { listedPicture, listedRow } from "./listed.js";

/** @typedef {import("../../app/app_interface.js").AppInterface} AppInterface @typedef {import("../viewer/gallery.js").RoomFile} RoomFile */
/** @typedef {"pictures" | "others"} Kind */

/** Whoever types is let finish. */
const PAUSE_MS = 250;
/** @type {Record<Kind, string>} */
const KINDS = { pictures: "Pictures", others: "Other files" };

/** What was sent to the open room. @param {AppInterface} app */
export function openFiles(app) {
  const room = app.rooms.get(app.conversations.current);
  if (room) new FilesList(app, room).open();
}

/** A room's files, the newest first, as far back as one asks: pictures as a grid, the rest as rows, and both by parts of their names. */
class FilesList {
  /** @type {Kind} */
  #kind = "pictures";
  #field = make("input", "chooser-field");
  #status = make("p", "search-status");
  #list = make("ul", "file-list");
  #more = makeButton("plain-button", "Show more", () => this.#load(true));
  #dialog;
  /** As they are listed. @type {RoomFile[]} */
  #files = [];
  #asked = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {AppInterface} app @param {import("../../connection/protocol.js").Room} room */
  constructor(app, room) {
    this.app = app;
    this.room = room;
    Object.assign(this.#field, {
      type: "text",
      role: "searchbox",
      placeholder: "Find by name",
      maxLength: 200,
      autocomplete: "off",
      spellcheck: false,
      autofocus: true,
    });
    this.#field.setAttribute("aria-label", "Find by name");
    this.#field.addEventListener("input", () => this.#soon());
    this.#status.setAttribute("role", "status");
    const form = make("form", "files-form", [this.#kinds(), this.#field]);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#load();
    });
    this.#dialog = new Dialog(`Files in ${room.name}`, form, this.#status, this.#list, this.#more);
    this.#dialog.element.classList.add("wide");
    this.#listen();
  }

  open() {
    this.#dialog.open();
    void this.#load();
  }

  #listen() {
    const gone = (/** @type {Event} */ event) => this.#deleted(/** @type {CustomEvent} */ (event).detail.id);
    document.addEventListener("chat:message:deleted", gone);
    this.#dialog.element.addEventListener("close", () => {
      document.removeEventListener("chat:message:deleted", gone);
      this.#stop();
    });
  }

  #soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#load(), PAUSE_MS);
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#asked.abort();
  }

  /** @param {boolean} [further] what follows those on show, and not the newest */
  #load(further = false) {
    this.#stop();
    this.#asked = new AbortController();
    const { signal } = this.#asked;
    const oldest = this.#files.at(-1);
    const text = this.#field.value.trim();
    const wanted = { kind: this.#kind, ...(text && { text }), ...(further && oldest && { before: oldest.message }) };
    return this.#dialog.load(
      () => roomFiles(this.room.id, wanted, signal),
      ({ files, more }) => this.#show(files.reverse(), more, further),
    );
  }

  /** @param {RoomFile[]} files @param {boolean} more @param {boolean} further */
  #show(files, more, further) {
    if (!further) this.#list.replaceChildren();
    this.#files = further ? [...this.#files, ...files] : files;
    const pictures = this.#kind === "pictures";
    this.#list.classList.toggle("grid", pictures);
    const items = files.map((file) =>
      pictures ? listedPicture(file, () => this.#look(file)) : listedRow(file, () => this.#lead(file)),
    );
    this.#list.append(...items);
    if (further) /** @type {HTMLElement | null} */ (items[0]?.querySelector("button, a"))?.focus();
    showIf(this.#more, more);
    this.#count(more);
  }

  /** @param {boolean} more */
  #count(more) {
    const count = this.#files.length;
    const [one, many] = this.#kind === "pictures" ? ["picture", "pictures"] : ["file", "files"];
    const nothing =
      this.#field.value.trim() === "" ? `No ${many} have been sent here yet.` : "Nothing has a name like this.";
    setText(this.#status, count === 0 ? nothing : `${more ? "The newest " : ""}${count} ${count === 1 ? one : many}`);
  }

  /** @param {RoomFile} file */
  #look(file) {
    showPictures(this.app, this.room.id, [...this.#files].reverse(), file.id);
  }

  /** @param {RoomFile} file */
  #lead({ seq }) {
    this.#dialog.close();
    this.app.conversations.showAround(this.room.id, seq);
  }

  /** @param {number} message */
  #deleted(message) {
    this.#files = this.#files.filter((file) => file.message !== message);
    for (const item of this.#list.querySelectorAll(`[data-message="${message}"]`)) item.remove();
    this.#count(!this.#more.hidden);
  }

  #kinds() {
    const choices = Object.entries(KINDS).map(([kind, words]) => {
      const input = make("input", "visually-hidden");
      Object.assign(input, { type: "radio", name: "kind", value: kind, checked: kind === this.#kind });
      input.addEventListener("change", () => {
        this.#kind = /** @type {Kind} */ (kind);
        void this.#load();
      });
      return make("label", "segment", [input, make("span", "", words)]);
    });
    const group = make("fieldset", "segments", [make("legend", "visually-hidden", "Which files"), ...choices]);
    return group;
  }
}
