import { make, showIf } from "../page/elements.js";

/** The way back to the newest message, and how many have come since the reader left it. */
export class JumpButton {
  #button = make("button", "jump-button");
  #arrow = make("span", "jump-arrow", "↓");
  #shown = "";

  /** @param {HTMLElement} box @param {() => void} jump */
  constructor(box, jump) {
    this.#button.type = "button";
    this.#button.hidden = true;
    this.#arrow.setAttribute("aria-hidden", "true");
    this.#button.addEventListener("click", () => {
      jump();
      box.focus({ preventScroll: true });
    });
    box.after(make("div", "jump", [this.#button]));
  }

  /** @param {boolean} away @param {number} unseen */
  show(away, unseen) {
    const text = unseen === 0 ? "Jump to latest" : `${unseen > 99 ? "99+" : unseen} new ${unseen === 1 ? "message" : "messages"}`;
    showIf(this.#button, away);
    if (text === this.#shown) return;
    this.#shown = text;
    this.#button.replaceChildren(this.#arrow, ` ${text}`);
  }
}
