import { ask } from "../connection/api.js";
import { find } from "../dom/elements.js";
import { MessageKeys } from "../timeline/message_keys.js";
import { MessageActions } from "../messages/message_actions.js";
import { MessageToolbar } from "../messages/message_toolbar.js";
import { KnownNames } from "../messages/known_names.js";

/** @typedef {import("../outbox/operation.js").Operation} Operation */

/** What the reader can do in and with the messages: clicks, keys and buttons, and what the composer has to ask for. */
export class MessageControls {
  #box = find("#messages", HTMLElement);

  /** @param {import("./parts.js").Parts} parts @param {boolean} moderator */
  constructor(parts, moderator) {
    this.parts = parts;
    const { me } = parts;
    const names = new KnownNames(
      async () => (await ask("GET", "/api/people/")).people,
      () => parts.conversations.nameReactions(),
    );
    this.reader = { me, names };
    this.actions = new MessageActions({ id: me.id, moderator }, () => parts.conversations.current, {
      submit: (operation) => void parts.submit(operation),
      reply: ({ shown }) => parts.composer.reply(shown),
      edit: ({ shown }) => parts.composer.edit(shown),
    });
    const viewOf = (/** @type {Element | null} */ node) => parts.conversations.viewOf(node);
    this.toolbar = new MessageToolbar(this.#box, viewOf, this.actions);
    new MessageKeys(this.#box, {
      name: (node) => viewOf(node)?.nameForListeners(),
      enter: () => this.toolbar.focus(),
      leave: () => parts.composer.focus(),
    });
    this.#box.addEventListener(
      "click",
      ({ target }) => target instanceof Element && this.#clicked(target.closest("button")),
    );
  }

  /** What the composer hands over. @param {Operation} operation */
  submit(operation) {
    return this.parts.submit(operation);
  }

  editLast() {
    const view = this.parts.conversations.lastOwn;
    if (view) this.actions.edit(view);
  }

  /** @param {number} message */
  async remove(message) {
    const view = this.parts.conversations.get(message);
    if (view && (await this.actions.delete(view))) this.parts.composer.cancel();
  }

  /** @param {HTMLButtonElement | null} button */
  #clicked(button) {
    const { conversations, outbox, composer } = this.parts;
    const view = conversations.viewOf(button?.closest(".message") ?? null);
    if (!button || !view) return;
    const clientId = button.closest("[data-client-id]")?.getAttribute("data-client-id") ?? "";
    if (button.matches(".retry-button")) outbox.retry(clientId);
    else if (button.matches(".discard-button")) outbox.discard(clientId);
    else if (button.matches(".quote"))
      return conversations.showAround(conversations.current, Number(button.dataset.seq));
    else if (button.matches(".reaction")) return this.actions.react(view, button.dataset.emoji ?? "");
    else if (button.matches(".more-button")) return this.#offer(view);
    else return;
    // The button is gone; without this the keyboard's place would be lost with it.
    composer.focus();
  }

  /** @param {import("../messages/message_view.js").MessageView} view */
  #offer(view) {
    this.toolbar.showAt(view);
    this.toolbar.focus();
  }
}
