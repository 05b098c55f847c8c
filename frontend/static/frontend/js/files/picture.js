import { make } from "../dom/elements.js";
import { whenSeen } from "../dom/when_seen.js";
import { described } from "./file.js";

/** @typedef {import("./file.js").MessageFile} MessageFile */

/** Where no motion is wanted, what moves is shown at rest, and moves in the viewer. */
const AT_REST = matchMedia("(prefers-reduced-motion: reduce)");
/** Of these types some move, which the small picture does not. Those with more bytes wait for the viewer, too. @type {Record<string, number>} */
const MAY_MOVE = { "image/gif": 3_000_000, "image/webp": 1_000_000 };
/** Pictures that did not come. @type {Set<HTMLImageElement>} */
const missing = new Set();

/** A picture in small: a button that opens it. Its place has its size before it is loaded, which is when it comes near. */
export class Picture {
  #image = make("img", "");
  element = make("button", "picture", [this.#image]);
  /** A tiny picture for the place. */
  #preview = "";

  /** @param {MessageFile} file */
  constructor(file) {
    this.element.type = "button";
    Object.assign(this.#image, { loading: "lazy", decoding: "async", draggable: false });
    this.#image.addEventListener("load", () => this.#came(true));
    this.#image.addEventListener("error", () => this.#came(false));
    this.show(file);
    // For all of a room's at once the browser would take longer than for their messages.
    whenSeen(this.element, () => this.#hint());
  }

  /** Shows it as the server has it now. What the browser has on show already does not come once more. @param {MessageFile} file */
  show(file) {
    const { id, name, type, width = 1, height = 1, preview = "" } = file;
    this.#preview = preview;
    this.element.dataset.file = id;
    this.element.title = name;
    if (type === "image/gif" && !moves(file)) this.element.dataset.mark = "GIF";
    this.#image.alt = described(file);
    const { style } = this.element;
    style.setProperty("--ratio", String(width / height));
    style.setProperty("--wide", `${width}px`);
    const source = moves(file) ? file.url : (file.thumb ?? file.url);
    if (source !== "" && !this.#isLocal) this.#image.src = source;
  }

  #hint() {
    if (this.#preview && this.#image.naturalWidth === 0) this.element.style.backgroundImage = `url("${this.#preview}")`;
  }

  /** Whether it shows what the browser itself keeps. */
  get #isLocal() {
    return this.#image.src.startsWith("blob:") && this.#image.naturalWidth > 0;
  }

  /** @param {boolean} here */
  #came(here) {
    this.element.classList.toggle("missing", !here);
    if (here) missing.delete(this.#image);
    else missing.add(this.#image);
  }
}

/** The line is there again: pictures that did not come are asked for once more. */
export function askForMissing() {
  for (const image of missing) {
    const { src } = image;
    image.src = src;
  }
  missing.clear();
}

/** Whether it is shown in motion. @param {MessageFile} file */
const moves = ({ type, bytes }) => bytes <= (MAY_MOVE[type] ?? -1) && !AT_REST.matches;
