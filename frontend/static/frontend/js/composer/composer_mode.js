import { cleanBody } from "../connection/protocol.js";
import { make, makeButton, showIf } from "../dom/elements.js";
import { filesOf } from "../outbox/items/operation.js";
import { firstLine } from "../text/plain_text.js";

/** @typedef {import("./drafts.js").Reply} Reply @typedef {import("./drafts.js").Edit} Edit @typedef {import("../outbox/items/operation.js").Operation} Operation */

/**
 * What is being written in a room: a text, a reply, or another text for a message; said in a bar above the field. Whatever changes
 * is kept with the drafts at once. What returns a text returns what the field is to show now.
 */
export class ComposerMode {
  #room = 0;
  #bar = make("div", "composer-mode");

  /** @param {Element} box what the bar stands above @param {import("./drafts.js").Drafts} drafts @param {() => void} cancel */
  constructor(box, drafts, cancel) {
    this.drafts = drafts;
    this.cancel = cancel;
    this.#bar.id = "composer-mode";
    this.#bar.hidden = true;
    box.before(this.#bar);
  }

  /** The message that is being edited. @type {Edit | null} */
  edited = null;
  /** What is being answered. @type {Reply | null} */
  answered = null;

  /** @param {number} room */
  open(room) {
    this.#room = room;
    return this.#restore();
  }

  /** @param {Reply} reply */
  reply({ message, name, body }) {
    this.drafts.setEdit(this.#room, null);
    this.drafts.setReply(this.#room, { message, name, body: firstLine(body) });
    return this.#restore();
  }

  /** What was begun before comes back afterwards. @param {number} message @param {string} body */
  edit(message, body) {
    this.drafts.setEdit(this.#room, { message, body, text: body });
    return this.#restore();
  }

  /** Gives up the edit, or that the text is a reply. */
  leave() {
    if (this.edited) this.drafts.setEdit(this.#room, null);
    else this.drafts.setReply(this.#room, null);
    return this.#restore();
  }

  /** @param {string} text in the field */
  typed(text) {
    if (this.edited) this.drafts.setEdit(this.#room, { ...this.edited, text });
    else this.drafts.setText(this.#room, text);
  }

  /** What is made of a text. @param {string} body @returns {Operation} */
  operation(body) {
    const room = this.#room;
    if (this.edited) return { kind: "edit", room, message: this.edited.message, body };
    const files = this.drafts.files(room);
    const said = { kind: /** @type {const} */ ("send"), room, body, replyTo: this.answered?.message ?? null };
    return files.length > 0 ? { ...said, files } : said;
  }

  /** What is in the field is handed over. */
  done() {
    if (this.edited) this.drafts.setEdit(this.#room, null);
    else this.drafts.end(this.#room);
    return this.#restore();
  }

  /** The server has what may be a draft somewhere. @param {Operation} operation @returns {boolean} whether it was */
  release(operation) {
    const { kind, room } = operation;
    const edit = this.drafts.edit(room);
    const text =
      kind === "edit" && edit?.message === operation.message
        ? edit.text
        : kind === "send"
          ? this.drafts.text(room)
          : "";
    if (!("body" in operation) || cleanBody(text) !== operation.body) return false;
    if (kind === "send" && JSON.stringify(this.drafts.files(room)) !== JSON.stringify(filesOf(operation))) return false;
    if (kind === "edit") this.drafts.setEdit(room, null);
    else this.drafts.end(room);
    return true;
  }

  #restore() {
    this.edited = this.drafts.edit(this.#room);
    this.answered = this.edited ? null : this.drafts.reply(this.#room);
    this.#showBar();
    return this.edited?.text ?? this.drafts.text(this.#room);
  }

  #showBar() {
    const what = this.edited ?? this.answered;
    showIf(this.#bar, what !== null);
    if (!what) return;
    this.#bar.replaceChildren(
      make("span", "composer-mode-what", this.edited ? "Editing your message" : `Replying to ${this.answered?.name}`),
      make("span", "composer-mode-body", firstLine(what.body)),
      makeButton("quiet-button", "Cancel", () => this.cancel()),
    );
  }
}
