import { ComposerMode } from "./composer_mode.js";
import { find, setText, showIf } from "../dom/elements.js";
import { tooLong } from "../connection/explanations.js";
import { MAX_BODY, bodyLength, cleanBody } from "../connection/protocol.js";

/** @typedef {import("../outbox/items/operation.js").Operation} Operation */

/**
 * @typedef {object} Delegate
 * @property {(operation: Operation) => boolean} submit returns whether the composer may let go of the text now
 * @property {() => void} editLast up-arrow in an empty field
 * @property {(message: number) => void} remove the message that is being edited was left empty
 */

const PHONE = matchMedia("(pointer: coarse)");

/** Where messages are written. Reads, clears and hands over in one task: a second click finds nothing left to send. */
export class Composer {
  #form = find("#composer", HTMLFormElement);
  #field = find("#composer textarea", HTMLTextAreaElement);
  #button = find("#composer button[type=submit]", HTMLButtonElement);
  #problem = find("#composer-problem", HTMLElement);
  #room = 0;
  #busy = false;
  #locked = false;

  /** @param {Delegate} delegate @param {import("./drafts.js").Drafts} drafts @param {import("./tray/tray.js").Tray} tray */
  constructor(delegate, drafts, tray) {
    this.delegate = delegate;
    this.tray = tray;
    this.mode = new ComposerMode(find(".composer-box", HTMLElement), drafts, () => this.cancel());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#field.addEventListener("keydown", (event) => this.#keyDown(event));
    this.#field.addEventListener("input", () => this.#changed());
    tray.join({ problem: (text) => this.showProblem(text), focus: () => this.focus() });
  }

  /** Writes for this room from now on; what was typed for the other one stays with it. @param {number} room */
  openRoom(room) {
    if (this.#room !== room) {
      this.#room = room;
      this.#show(this.mode.open(room));
    }
    this.#form.hidden = false;
    this.#check();
    // A phone would raise its keyboard over the messages.
    if (!PHONE.matches) this.focus();
  }

  /** What is sent next answers this message. @param {{id: number | null, sender: {name: string}, body: string}} message */
  reply({ id, sender, body }) {
    if (id === null || this.#locked) return;
    this.#show(this.mode.reply({ message: id, name: sender.name, body }));
    this.focus();
  }

  /** Puts another text in the place of this message's. What was begun before comes back afterwards. @param {{id: number | null, body: string}} message */
  edit({ id, body }) {
    if (id === null || this.#locked) return;
    this.#show(this.mode.edit(id, body));
    this.focus();
    this.#field.setSelectionRange(body.length, body.length);
  }

  /** Gives up replying or editing. */
  cancel() {
    this.#show(this.mode.leave());
    this.focus();
  }

  focus() {
    // Focusing what has the focus already would still cost a layout of the whole page.
    if (document.activeElement !== this.#field) this.#field.focus({ preventScroll: true });
  }

  /** Lets go of what the server has, wherever it is still kept; what was typed since then stays. @param {Operation} operation */
  release(operation) {
    const here = this.mode.operation(cleanBody(this.#field.value));
    if (JSON.stringify(here) === JSON.stringify(operation)) this.#show(this.mode.done());
    else if (this.mode.release(operation) && operation.room === this.#room) this.#show(this.mode.open(this.#room));
  }

  /** @param {boolean} busy */
  setBusy(busy) {
    this.#busy = busy;
    this.#form.setAttribute("aria-busy", String(busy));
    this.#showState();
  }

  /** Nothing can be written here, though what is there can be copied. @param {boolean} locked @returns {boolean} whether anything is there */
  lock(locked) {
    this.#locked = locked;
    this.tray.lock(locked);
    this.#showState();
    return !this.#isEmpty;
  }

  /** @param {string} text */
  showProblem(text) {
    setText(this.#problem, text);
    showIf(this.#problem, text !== "");
  }

  #showState() {
    this.#field.readOnly = this.#button.disabled = this.#busy || this.#locked;
  }

  /** @param {string} text */
  #show(text) {
    this.#field.value = text;
    this.tray.show(this.#room, this.mode.edited === null);
    this.#check();
  }

  #changed() {
    this.mode.typed(this.#field.value);
    this.#check();
  }

  #send() {
    const body = cleanBody(this.#field.value);
    const { edited } = this.mode;
    if (this.#room === 0 || this.#button.disabled || !this.#check()) return;
    if (edited && body === "") return this.delegate.remove(edited.message);
    if (edited?.body === body) return this.cancel();
    const something = edited || this.tray.count === 0 ? body !== "" : this.tray.sendable();
    if (something && this.delegate.submit(this.mode.operation(body))) this.#show(this.mode.done());
    this.focus();
  }

  get #isEmpty() {
    return this.#field.value === "" && this.tray.count === 0;
  }

  /** Whether the text is short enough; says so if it is not. */
  #check() {
    const problem = tooLong(bodyLength(cleanBody(this.#field.value)), MAX_BODY);
    this.showProblem(problem);
    this.#form.classList.toggle("too-long", problem !== "");
    return problem === "";
  }

  /** @param {KeyboardEvent} event */
  #keyDown(event) {
    // 229: browsers that report the Enter which ends an IME composition only after the composition has ended.
    const composing = event.isComposing || event.keyCode === 229;
    if (composing || this.#locked) return;
    const { edited, answered } = this.mode;
    if (event.key === "Escape" && (edited || answered)) this.cancel();
    else if (event.key === "ArrowUp" && this.#isEmpty && !edited && !answered) this.delegate.editLast();
    else if (event.key === "Enter" && !event.shiftKey && !PHONE.matches) this.#send();
    else return;
    event.preventDefault();
  }
}
