import { make } from "../dom/elements.js";
import { sizeName, typeName } from "./file.js";

/** @typedef {import("./file.js").MessageFile} MessageFile */

/** A file by its name, type and size: a link that downloads it. */
export class FileRow {
  #name = make("bdi", "file-name");
  #about = make("span", "file-about");
  #sign = make("span", "file-sign");
  element = make("a", "file-row", [this.#sign, make("span", "file-words", [this.#name, this.#about])]);

  /** @param {MessageFile} file */
  constructor(file) {
    this.#sign.setAttribute("aria-hidden", "true");
    this.show(file);
  }

  /** @param {MessageFile} file */
  show(file) {
    const { name, bytes, description, url } = file;
    const type = typeName(file);
    this.#sign.textContent = type;
    this.#name.textContent = name;
    this.#about.textContent = [description, type, sizeName(bytes)].filter(Boolean).join(" · ");
    Object.assign(this.element, { title: `Download ${name}`, download: name });
    // Without an address it is no link.
    if (url === "") this.element.removeAttribute("href");
    else this.element.href = url;
  }
}
