import { make, makeButton, setText, showIf } from "../dom/elements.js";

/** The way to a part of the room that is not on the screen. */
export class JumpButton {
  #button;
  #text = make("span", "");

  /** @param {"up" | "down"} direction @param {HTMLElement} box the messages @param {() => void} jump */
  constructor(direction, box, jump) {
    this.#button = makeButton(`jump-button ${direction}`, "", () => {
      jump();
      box.focus({ preventScroll: true });
    });
    const arrow = make("span", "", direction === "up" ? "↑ " : "↓ ");
    arrow.setAttribute("aria-hidden", "true");
    this.#button.append(arrow, this.#text);
    this.#button.hidden = true;
    this.element = make("div", "jump", [this.#button]);
  }

  /** @param {string | null} text where it leads; null: nowhere now */
  show(text) {
    showIf(this.#button, text !== null);
    if (text !== null) setText(this.#text, text);
  }
}
