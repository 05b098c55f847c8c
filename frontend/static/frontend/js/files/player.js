import { make } from "../dom/elements.js";
import { whenNear } from "../dom/when_near.js";
import { described } from "./file.js";
import { FileRow } from "./file_row.js";

/** @typedef {import("./file.js").MessageFile} MessageFile */

/** A video or a recording, played where it stands, and below it the row of any file. What this browser cannot play is only that row. */
export class Player {
  #media;
  #row;

  /** @param {MessageFile} file @param {"video" | "audio"} kind */
  constructor(file, kind) {
    this.#row = new FileRow(file);
    this.#media = make(kind, kind);
    Object.assign(this.#media, { controls: true, preload: "none", playsInline: true });
    this.#media.addEventListener(
      "error",
      () => this.#media.error?.code === MediaError.MEDIA_ERR_SRC_NOT_SUPPORTED && this.#media.remove(),
    );
    // Its first picture and how long it lasts; nothing of those that nobody scrolls to.
    whenNear(this.#media, () => (this.#media.preload = "metadata"));
    this.element = make("div", "player", [this.#media, this.#row.element]);
    this.show(file);
  }

  /** @param {MessageFile} file */
  show(file) {
    const { url, width, height } = file;
    this.#row.show(file);
    this.#media.setAttribute("aria-label", described(file));
    if (width && height) this.#media.style.setProperty("--ratio", String(width / height));
    if (url !== "" && !this.#media.src.startsWith("blob:")) this.#media.src = url;
  }
}
