import { find, setText, showIf } from "../dom/elements.js";

/** Says that the room on the page is none of the reader's (any more). What was begun there can be copied, and nothing sent. */
export class LostRoom {
  #notice = find("#lost-room", HTMLElement);
  #shown = false;

  /** @param {{lock: (locked: boolean) => boolean}} composer */
  constructor(composer) {
    this.composer = composer;
  }

  /** @param {string | undefined} name of the room, if the page has known it */
  show(name) {
    const why =
      name === undefined
        ? "There is no such room, or you are not in it."
        : `You are no longer in ${name}, and cannot write there any more.`;
    const begun = this.composer.lock(true) ? " What you began to write is still below, for you to copy." : "";
    this.#draw(true, why + begun);
  }

  hide() {
    if (!this.#shown) return;
    this.composer.lock(false);
    this.#draw(false, "");
  }

  /** @param {boolean} shown @param {string} text */
  #draw(shown, text) {
    this.#shown = shown;
    document.body.classList.toggle("lost-room", shown);
    showIf(this.#notice, shown);
    setText(this.#notice, text);
  }
}
