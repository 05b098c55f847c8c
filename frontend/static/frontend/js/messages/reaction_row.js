import { make, showIf } from "../dom/elements.js";

/** @typedef {import("../connection/protocol.js").Reaction} Reaction @typedef {import("./known_names.js").Reader} Reader */

/** The reactions to a message: a toggle for each emoji, with how many and who. */
export class ReactionRow {
  element = make("div", "reactions");
  /** @type {Map<string, HTMLButtonElement>} */
  #buttons = new Map();
  /** @type {Reaction[]} */
  #reactions = [];

  constructor() {
    this.element.setAttribute("role", "group");
    this.element.setAttribute("aria-label", "Reactions");
  }

  /** Buttons that stay are kept, and with them the keyboard's place. @param {Reaction[]} reactions @param {Reader} reader */
  show(reactions, reader) {
    this.#reactions = reactions;
    const now = new Set(reactions.map(({ emoji }) => emoji));
    for (const [emoji, button] of this.#buttons) if (!now.has(emoji)) this.#remove(emoji, button);
    for (const { emoji, users } of reactions) {
      const button = this.#buttons.get(emoji) ?? this.#add(emoji);
      button.setAttribute("aria-pressed", String(users.includes(reader.me.id)));
      button.replaceChildren(make("span", "emoji", emoji), make("span", "reaction-count", String(users.length)));
    }
    showIf(this.element, reactions.length > 0);
    this.name(reader);
  }

  /** Says who reacted. @param {Reader} reader */
  name({ me, names }) {
    for (const { emoji, users } of this.#reactions) {
      const who = names.list(users, me.id);
      const button = this.#buttons.get(emoji);
      if (button) button.title = who;
      button?.setAttribute("aria-label", `${emoji} ${users.length}: ${who}`);
    }
  }

  /** @param {string} emoji */
  #add(emoji) {
    const button = make("button", "reaction");
    button.type = "button";
    button.tabIndex = this.element.closest(".message:focus-within") ? 0 : -1;
    button.dataset.emoji = emoji;
    this.#buttons.set(emoji, button);
    this.element.append(button);
    return button;
  }

  /** @param {string} emoji @param {HTMLButtonElement} button */
  #remove(emoji, button) {
    const message = document.activeElement === button && button.closest("article");
    this.#buttons.delete(emoji);
    button.remove();
    if (message) message.focus({ preventScroll: true });
  }
}
