import { find } from "../page/elements.js";
import { MAX_BODY, bodyLength, cleanBody } from "../connection/protocol.js";

const PHONE = matchMedia("(pointer: coarse)");

/** Where messages are written. Reads, clears and hands over in one task: a second click finds nothing left to send. */
export class Composer {
  #form = find("#composer", HTMLFormElement);
  #field = find("#composer textarea", HTMLTextAreaElement);
  #button = find("#composer button[type=submit]", HTMLButtonElement);
  #problem = find("#composer-problem", HTMLElement);
  #room = 0;

  /** @param {(room: number, body: string) => boolean} submit returns whether the composer may let go of the text now @param {import("./drafts.js").Drafts} drafts */
  constructor(submit, drafts) {
    this.submit = submit;
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
      this.#field.value = this.drafts.get(room);
    }
    this.#form.hidden = false;
    this.#check();
    // A phone would raise its keyboard over the messages.
    if (!PHONE.matches) this.focus();
  }

  focus() {
    // Focusing what has the focus already would still cost a layout of the whole page.
    if (document.activeElement !== this.#field) this.#field.focus({ preventScroll: true });
  }

  /** Lets go of a text that is sent, wherever it is still kept; what was typed since then stays. @param {number} room @param {string} body */
  release(room, body) {
    if (room === this.#room && cleanBody(this.#field.value) === body) this.#clear();
    else if (cleanBody(this.drafts.get(room)) === body) this.drafts.set(room, "");
  }

  /** @param {boolean} busy */
  setBusy(busy) {
    this.#field.readOnly = this.#button.disabled = busy;
    this.#form.setAttribute("aria-busy", String(busy));
  }

  /** @param {string} text */
  showProblem(text) {
    this.#problem.textContent = text;
    this.#problem.hidden = text === "";
  }

  #clear() {
    this.#field.value = "";
    this.#changed();
  }

  #changed() {
    this.drafts.set(this.#room, this.#field.value);
    this.#check();
  }

  #send() {
    const body = cleanBody(this.#field.value);
    if (body === "" || this.#room === 0 || this.#button.disabled || !this.#check()) return;
    if (this.submit(this.#room, body)) this.#clear();
    this.focus();
  }

  /** Whether the text is short enough; says so if it is not. */
  #check() {
    const over = bodyLength(cleanBody(this.#field.value)) - MAX_BODY;
    const problem = over > 0 ? `This message is too long: ${(MAX_BODY + over).toLocaleString()} characters of at most ${MAX_BODY.toLocaleString()}.` : "";
    this.showProblem(problem);
    this.#form.classList.toggle("too-long", over > 0);
    return over <= 0;
  }

  /** @param {KeyboardEvent} event */
  #keyDown(event) {
    // 229: browsers that report the Enter which ends an IME composition only after the composition has ended.
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || event.shiftKey || composing || PHONE.matches) return;
    event.preventDefault();
    this.#send();
  }
}
