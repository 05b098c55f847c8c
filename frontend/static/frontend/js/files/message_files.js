import { make } from "../dom/elements.js";
import { kindOf } from "./file.js";
import { FileRow } from "./file_row.js";
import { Picture } from "./picture.js";
import { Player } from "./player.js";
import { rowsOf } from "./rows.js";

/** @typedef {import("./file.js").MessageFile} MessageFile @typedef {import("./file.js").Kind} Kind */
/** @typedef {{element: HTMLElement, show: (file: MessageFile) => void}} Part */

/** What a message carries, below its text: its pictures side by side, then the rest one below the other. */
export class MessageFiles {
  /** Most messages carry nothing, and have no node for it. @type {HTMLElement | null} */
  #element = null;
  /** @type {MessageFile[]} */
  #files = [];
  /** @type {Part[]} */
  #parts = [];

  /** What is on the page already stays: the files of a message that arrives are those that were on their way. @param {Element} text @param {MessageFile[]} files */
  show(text, files) {
    if (files === this.#files) return;
    const same = files.length === this.#files.length && files.every((file, at) => alike(file, this.#files[at]));
    this.#files = files;
    if (same) for (const [at, file] of files.entries()) this.#parts[at]?.show(file);
    else this.#draw(text);
  }

  /** @param {Element} text */
  #draw(text) {
    this.#element?.remove();
    this.#parts = this.#files.map(part);
    if (this.#parts.length === 0) return;
    const isPicture = (/** @type {Part} */ each) => each instanceof Picture;
    const pictures = this.#parts.filter(isPicture).map(({ element }) => element);
    const others = this.#parts.filter((each) => !isPicture(each)).map(({ element }) => element);
    this.#element = make("div", "files", [...(pictures.length > 1 ? grid(pictures) : pictures), ...others]);
    // Reached from its message; the page's own order of Tab would have one stop for every file.
    for (const each of this.#element.querySelectorAll("button, a, video, audio")) each.setAttribute("tabindex", "-1");
    text.after(this.#element);
  }
}

/** @param {MessageFile} file @returns {Part} */
function part(file) {
  const kind = kindOf(file);
  if (kind === "picture") return new Picture(file);
  return kind === "other" ? new FileRow(file) : new Player(file, kind);
}

/** Rows as wide as one another; within a row all are equally high, each as wide as its ratio wants it (files.css). @param {HTMLElement[]} pictures */
function grid(pictures) {
  const rest = [...pictures];
  return rowsOf(pictures.length).map((count) => make("div", "picture-row", rest.splice(0, count)));
}

/** @param {MessageFile} file @param {MessageFile | undefined} before */
const alike = (file, before) => before !== undefined && kindOf(file) === kindOf(before);
