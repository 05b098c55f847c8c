import { find, make, makeButton, showIf } from "../dom/elements.js";
import { filesOf } from "../outbox/items/operation.js";

/** Messages that could not be sent to rooms one is no longer in. No conversation shows them, so a notice does, until they are discarded. */
export class LeftBehind {
  #notice = find("#left-behind", HTMLElement);
  #shown = "";

  /** @param {import("../outbox/driver.js").OutboxDriver} outbox @param {import("./rooms.js").Rooms} rooms */
  constructor(outbox, rooms) {
    this.outbox = outbox;
    this.rooms = rooms;
  }

  /** To be called when the list of rooms or the outbox has changed. */
  update() {
    const texts = this.#items().flatMap(({ operation }) => ("body" in operation ? [saidBy(operation)] : []));
    const now = JSON.stringify(texts);
    // What is marked in it, and the keyboard's focus, should stay.
    if (now === this.#shown) return;
    this.#shown = now;
    showIf(this.#notice, texts.length > 0);
    this.#notice.replaceChildren(
      make(
        "p",
        "",
        texts.length === 1
          ? "1 message to a room you have left was not sent:"
          : `${texts.length} messages to rooms you have left were not sent:`,
      ),
      make(
        "ul",
        "",
        texts.map((text) => make("li", "", text)),
      ),
      makeButton("plain-button", "Discard", () => this.#discard()),
    );
  }

  /** With the reactions and deletions among them, which have nothing to show. */
  #discard() {
    for (const { clientId } of this.#items()) this.outbox.discard(clientId);
    find("#messages", HTMLElement).focus();
  }

  #items() {
    return this.outbox.outbox.stuck().filter(({ operation }) => this.rooms.isLeft(operation.room));
  }
}

/** @param {import("../outbox/items/operation.js").SendOperation | import("../outbox/items/operation.js").EditOperation} operation */
function saidBy(operation) {
  return [operation.body, ...filesOf(operation).map(({ name }) => name)].filter(Boolean).join(" · ");
}
