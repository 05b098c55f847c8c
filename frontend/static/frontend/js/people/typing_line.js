import { find, setText } from "../dom/elements.js";
import { BELIEVED_MS, TypingList, TypingSignal, typingSentence } from "./typing.js";

/** The line under the messages that says who writes, and the other side of it: telling that the reader does. */
export class TypingLine {
  #list = new TypingList();
  #signal = new TypingSignal();
  #line = find("#typing", HTMLElement);
  #room = 0;

  /** @param {(room: number) => void} tell */
  constructor(tell) {
    const field = find("#composer textarea", HTMLTextAreaElement);
    field.addEventListener("input", () => {
      if (field.value.trim() !== "" && this.#signal.typed(this.#room, performance.now())) tell(this.#room);
    });
  }

  /** @param {number} room */
  open(room) {
    this.#room = room;
    this.#draw();
  }

  /** @param {import("../connection/protocol.js").EphemeralFrame} frame */
  heard({ room, user }) {
    this.#list.heard(room, user, performance.now());
    this.#draw();
    setTimeout(() => this.#draw(), BELIEVED_MS + 1);
  }

  /** @param {number} room @param {number} person */
  stopped(room, person) {
    this.#list.stopped(room, person);
    this.#draw();
  }

  #draw() {
    const sentence = typingSentence(this.#list.names(this.#room, performance.now()));
    setText(this.#line, sentence);
  }
}
