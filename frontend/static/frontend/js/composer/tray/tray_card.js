import { whyNot } from "../../connection/explanations.js";
import { make, makeButton, setText, showIf } from "../../dom/elements.js";
import { sizeName, typeName } from "../../files/file.js";
import { isOpen } from "../../uploads/upload.js";
import { isPicture } from "./measure.js";

/** @typedef {import("../../uploads/upload.js").LocalFile} LocalFile @typedef {import("../../uploads/upload.js").Upload} Upload */

/**
 * @typedef {object} Delegate
 * @property {(card: TrayCard) => void} remove
 * @property {(card: TrayCard) => void} retry
 * @property {(card: TrayCard) => void} describe
 */

/** One file that is to be sent: what it is, how far it is, and what can be done about it. */
export class TrayCard {
  #about = make("span", "tray-about");
  #progress = make("progress", "tray-progress");
  #retry = makeButton("quiet-button", "Retry", () => this.delegate.retry(this));
  #describe = makeButton("quiet-button", "Describe", () => this.delegate.describe(this));
  #remove = makeButton("icon-button tray-remove", "✕", () => this.delegate.remove(this));
  #sign = make("span", "tray-sign");

  /** @param {LocalFile} file @param {Delegate} delegate */
  constructor(file, delegate) {
    this.file = file;
    this.delegate = delegate;
    const name = make("bdi", "tray-name", file.name);
    name.title = file.name;
    const line = make("div", "tray-line", [this.#about, this.#describe, this.#retry]);
    const words = make("div", "tray-words", [name, line, this.#progress]);
    this.element = make("li", "tray-card", [this.#sign, words, this.#remove]);
    this.#sign.textContent = typeName({ ...file, id: "", url: "" });
    this.#sign.setAttribute("aria-hidden", "true");
    this.#remove.setAttribute("aria-label", `Remove ${file.name}`);
    this.#remove.title = "Remove";
    this.#retry.setAttribute("aria-label", `Retry the upload of ${file.name}`);
    this.#progress.setAttribute("aria-label", `Upload of ${file.name}`);
    this.#progress.max = Math.max(file.bytes, 1);
    this.describe(file);
  }

  /** @param {LocalFile} file with another description */
  describe(file) {
    this.file = file;
    const what = file.description ? "Described" : "Describe";
    setText(this.#describe, what);
    this.#describe.setAttribute("aria-label", `${what} ${file.name}`);
    this.#describe.title = file.description ?? "Say what it shows, for those who cannot see it";
    showIf(this.#describe, isPicture(file));
  }

  /** @param {string} url where this browser has it */
  showPicture(url) {
    if (url === "" || !isPicture(this.file) || this.#sign.querySelector("img")) return;
    const image = make("img", "");
    Object.assign(image, { src: url, alt: "", decoding: "async" });
    image.addEventListener("error", () => image.remove());
    this.#sign.replaceChildren(image);
  }

  /** @param {Upload} upload */
  show(upload) {
    const { state, sent } = upload;
    this.element.dataset.state = state;
    setText(this.#about, said(upload));
    showIf(this.#progress, isOpen(upload));
    this.#progress.value = sent;
    showIf(this.#retry, state === "failed");
  }

  focus() {
    this.#remove.focus();
  }
}

/** @param {Upload} upload */
function said({ state, sent, file, error, kept }) {
  const size = sizeName(file.bytes);
  if (state === "failed" || state === "refused") return `${size} · ${whyNot(error)}`;
  const far = state === "going" && sent > 0 ? `${Math.floor((100 * sent) / file.bytes)} % of ${size}` : size;
  return kept === false ? `${far} · not kept in this browser` : far;
}
