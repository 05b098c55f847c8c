import { firstLine } from "../text/plain_text.js";
import { make, makeButton, showIf } from "../dom/elements.js";

/**
 * @typedef {{kind: "reply", message: number, name: string, body: string}} Reply
 * @typedef {{kind: "edit", message: number, body: string}} Edit
 * @typedef {Reply | Edit} Mode
 */

/** What the composer writes if it is no new message of its own: said in a bar above the field. */
export class ComposerMode {
  /** @type {Mode | null} */
  current = null;
  #bar = make("div", "composer-mode");

  /** @param {Element} box what it stands above @param {() => void} cancel */
  constructor(box, cancel) {
    this.cancel = cancel;
    this.#bar.id = "composer-mode";
    this.#bar.hidden = true;
    box.before(this.#bar);
  }

  /** @param {Mode | null} mode */
  set(mode) {
    this.current = mode;
    showIf(this.#bar, mode !== null);
    if (!mode) return;
    const what = mode.kind === "edit" ? "Editing your message" : `Replying to ${mode.name}`;
    const cancel = makeButton("quiet-button", "Cancel", () => this.cancel());
    this.#bar.replaceChildren(
      make("span", "composer-mode-what", what),
      make("span", "composer-mode-body", firstLine(mode.body)),
      cancel,
    );
  }

  /** What it makes of a text. @param {number} room @param {string} body @returns {import("../outbox/operation.js").Operation} */
  operation(room, body) {
    if (this.current?.kind === "edit") return { kind: "edit", room, message: this.current.message, body };
    return { kind: "send", room, body, replyTo: this.current?.message ?? null };
  }
}
