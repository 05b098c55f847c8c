import { ComposerMode } from "./composer_mode.js";
import { find, setText, showIf } from "../dom/elements.js";
import { tooLong } from "../connection/explanations.js";
import { MAX_BODY, bodyLength, cleanBody } from "../connection/protocol.js";

/** @typedef {import("../outbox/operation.js").Operation} Operation */

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
  #mode = new ComposerMode(find(".composer-box", HTMLElement), () => this.cancel());
  #room = 0;
  #busy = false;
  #locked = false;

  /** @param {Delegate} delegate @param {import("./drafts.js").Drafts} drafts */
  constructor(delegate, drafts) {
    this.delegate = delegate;
    this.drafts = drafts;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#field.addEventListener("keydown", (event) => this.#keyDown(event));
    this.#field.addEventListener("input", () => this.#changed());
  }

  /** Writes for this room from now on; what was typed for the other one stays with it. @param {number} room */
  openRoom(room) {
    if (this.#room !== room) {
      this.#room = room;
      this.#leaveMode();
    }
    this.#form.hidden = false;
    this.#check();
    // A phone would raise its keyboard over the messages.
    if (!PHONE.matches) this.focus();
  }

  /** What is sent next answers this message. @param {{id: number | null, sender: {name: string}, body: string}} message */
  reply({ id, sender, body }) {
    if (id === null || this.#locked) return;
    this.#leaveMode();
    this.#mode.set({ kind: "reply", message: id, name: sender.name, body });
    this.focus();
  }

  /** Puts another text in the place of this message's. What was begun before comes back afterwards. @param {{id: number | null, body: string}} message */
  edit({ id, body }) {
    if (id === null || this.#locked) return;
    this.#mode.set({ kind: "edit", message: id, body });
    this.#field.value = body;
    this.#check();
    this.focus();
    this.#field.setSelectionRange(body.length, body.length);
  }

  /** Gives up replying or editing. */
  cancel() {
    this.#leaveMode();
    this.focus();
  }

  focus() {
    // Focusing what has the focus already would still cost a layout of the whole page.
    if (document.activeElement !== this.#field) this.#field.focus({ preventScroll: true });
  }

  /** Lets go of what the server has, wherever it is still kept; what was typed since then stays. @param {Operation} operation */
  release(operation) {
    if (operation.kind !== "send" && operation.kind !== "edit") return;
    const { kind, room, body } = operation;
    if (room === this.#room && cleanBody(this.#field.value) === body) this.#done();
    else if (kind === "send" && cleanBody(this.drafts.get(room)) === body) this.drafts.set(room, "");
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
    this.#showState();
    return this.#field.value !== "";
  }

  /** @param {string} text */
  showProblem(text) {
    setText(this.#problem, text);
    showIf(this.#problem, text !== "");
  }

  #showState() {
    this.#field.readOnly = this.#button.disabled = this.#busy || this.#locked;
  }

  #done() {
    if (this.#mode.current?.kind !== "edit") this.drafts.set(this.#room, "");
    this.#leaveMode();
  }

  #leaveMode() {
    this.#mode.set(null);
    this.#field.value = this.drafts.get(this.#room);
    this.#check();
  }

  #changed() {
    if (this.#mode.current?.kind !== "edit") this.drafts.set(this.#room, this.#field.value);
    this.#check();
  }

  #send() {
    const body = cleanBody(this.#field.value);
    const edited = this.#mode.current?.kind === "edit" ? this.#mode.current : null;
    if (this.#room === 0 || this.#button.disabled || !this.#check()) return;
    if (edited && body === "") return this.delegate.remove(edited.message);
    if (edited?.body === body) return this.cancel();
    if (body !== "" && this.delegate.submit(this.#mode.operation(this.#room, body))) this.#done();
    this.focus();
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
    if (event.key === "Escape" && this.#mode.current) this.cancel();
    else if (event.key === "ArrowUp" && this.#field.value === "" && !this.#mode.current) this.delegate.editLast();
    else if (event.key === "Enter" && !event.shiftKey && !PHONE.matches) this.#send();
    else return;
    event.preventDefault();
  }
}
