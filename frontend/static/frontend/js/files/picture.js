import { make } from "../dom/elements.js";
import { whenNear } from "../dom/when_near.js";
import { described } from "./file.js";

/** @typedef {import("./file.js").MessageFile} MessageFile */

/** Where no motion is wanted, what moves is shown at rest, and moves in the viewer. */
const AT_REST = matchMedia("(prefers-reduced-motion: reduce)");
/** Of these types some move, which the small picture does not. Those with more bytes wait for the viewer, too. @type {Record<string, number>} */
const MAY_MOVE = { "image/gif": 3_000_000, "image/webp": 1_000_000 };
/** Pictures that did not come. @type {Set<HTMLImageElement>} */
const missing = new Set();

/**
 * A picture in small: a button that opens it. Its place has its size at once. What fills it, a tiny picture and then a small one,
 * is made when it comes near: for all of a room's at once the browser would take longer than for their messages.
 */
export class Picture {
  element = make("button", "picture");
  /** @type {HTMLImageElement | null} */
  #image = null;

  /** @param {MessageFile} file */
  constructor(file) {
    this.file = file;
    this.element.type = "button";
    this.show(file);
    whenNear(this.element, () => this.#fill());
  }

  /** Shows it as the server has it now. @param {MessageFile} file */
  show(file) {
    const { id, name, type, width = 1, height = 1 } = file;
    this.file = file;
    this.element.dataset.file = id;
    this.element.title = name;
    this.element.setAttribute("aria-label", described(file));
    if (type === "image/gif" && !moves(file)) this.element.dataset.mark = "GIF";
    const { style } = this.element;
    style.setProperty("--ratio", String(width / height));
    style.setProperty("--wide", `${width}px`);
    if (this.#image) this.#load(this.#image);
  }

  #fill() {
    const image = make("img", "");
    const { preview } = this.file;
    Object.assign(image, { decoding: "async", draggable: false });
    image.addEventListener("load", () => this.#came(image, true));
    image.addEventListener("error", () => this.#came(image, false));
    if (preview) this.element.style.backgroundImage = `url("${preview}")`;
    this.#image = image;
    this.#load(image);
    this.element.append(image);
  }

  /** What the browser itself keeps, and has on show, does not come once more from the server. @param {HTMLImageElement} image */
  #load(image) {
    const { file } = this;
    image.alt = described(file);
    const source = moves(file) ? file.url : (file.thumb ?? file.url);
    if (source !== "" && !(image.src.startsWith("blob:") && image.naturalWidth > 0)) image.src = source;
  }

  /** @param {HTMLImageElement} image @param {boolean} here */
  #came(image, here) {
    this.element.classList.toggle("missing", !here);
    if (here) missing.delete(image);
    else missing.add(image);
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
