import { ask } from "../connection/api.js";
import { find } from "../dom/elements.js";
import { inOneLine } from "../files/words.js";
import { lookAtPicture } from "../files/viewer/look_at_picture.js";
import { MessageKeys } from "../timeline/message_keys.js";
import { MessageActions } from "../messages/message_actions.js";
import { MessageToolbar } from "../messages/message_toolbar.js";
import { KnownNames } from "../messages/known_names.js";

/** @typedef {import("../outbox/items/operation.js").Operation} Operation */

/** What the reader can do in and with the messages: clicks, keys and buttons, and what the composer has to ask for. */
export class MessageControls {
  #box = find("#messages", HTMLElement);

  /** @param {import("./app_interface.js").AppInterface} app @param {boolean} moderator */
  constructor(app, moderator) {
    this.app = app;
    const { me } = app;
    const names = new KnownNames(
      async () => (await ask("GET", "/api/people/")).people,
      () => app.conversations.nameReactions(),
    );
    this.reader = { me, names, files: app.outbox.uploads.shelf };
    this.actions = new MessageActions({ id: me.id, moderator }, () => app.conversations.current, {
      submit: (operation) => void app.submit(operation),
      reply: ({ shown }) => app.composer.reply({ ...shown, body: shown.body || inOneLine(shown) }),
      edit: ({ shown }) => app.composer.edit(shown),
    });
    const viewOf = (/** @type {Element | null} */ node) => app.conversations.viewOf(node);
    this.toolbar = new MessageToolbar(this.#box, viewOf, this.actions);
    new MessageKeys(this.#box, {
      name: (node) => viewOf(node)?.nameForListeners(),
      enter: () => this.toolbar.focus(),
      leave: () => app.composer.focus(),
    });
    this.#box.addEventListener(
      "click",
      ({ target }) => target instanceof Element && this.#clicked(target.closest("button")),
    );
  }

  /** What the composer hands over. @param {Operation} operation */
  submit(operation) {
    return this.app.submit(operation);
  }

  editLast() {
    const view = this.app.conversations.lastOwn;
    if (view) this.actions.edit(view);
  }

  /** @param {number} message */
  async remove(message) {
    const view = this.app.conversations.get(message);
    if (view && (await this.actions.delete(view))) this.app.composer.cancel();
  }

  /** @param {HTMLButtonElement | null} button */
  #clicked(button) {
    const { conversations, outbox, composer } = this.app;
    const view = conversations.viewOf(button?.closest(".message") ?? null);
    if (!button || !view) return;
    const clientId = button.closest("[data-client-id]")?.getAttribute("data-client-id") ?? "";
    if (button.matches(".retry-button")) outbox.retry(clientId);
    else if (button.matches(".discard-button")) outbox.discard(clientId);
    else if (button.matches(".quote"))
      return conversations.showAround(conversations.current, Number(button.dataset.seq));
    else if (button.matches(".reaction")) return this.actions.react(view, button.dataset.emoji ?? "");
    else if (button.matches(".more-button")) return this.#offer(view);
    else if (button.matches(".picture")) return void lookAtPicture(this.app, view, button);
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
