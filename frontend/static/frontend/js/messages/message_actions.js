import { askToDelete } from "./delete_dialog.js";

/** @typedef {import("./message_view.js").MessageView} MessageView @typedef {import("../outbox/items/operation.js").Operation} Operation */
/** @typedef {"react" | "reply" | "edit" | "delete"} Action */

/**
 * @typedef {object} Delegate
 * @property {(operation: Operation) => void} submit
 * @property {(view: MessageView) => void} reply
 * @property {(view: MessageView) => void} edit
 */

/** What the reader can do to a message. Only what the server has can be changed, and only what is not gone. */
export class MessageActions {
  /** @param {{id: number, moderator: boolean}} me @param {() => number} room the one on the page @param {Delegate} delegate */
  constructor(me, room, delegate) {
    this.me = me;
    this.room = room;
    this.delegate = delegate;
  }

  /** @param {MessageView | undefined} view @returns {Action[]} */
  of(view) {
    if (!view || view.message.id === null || view.shown.deleted) return [];
    if (view.mine) return ["react", "reply", "edit", "delete"];
    return this.me.moderator ? ["react", "reply", "delete"] : ["react", "reply"];
  }

  /** Puts a reaction on a message, or takes it back. @param {MessageView} view @param {string} emoji */
  react({ message: { id }, shown }, emoji) {
    if (id === null) return;
    const on = !shown.reactions.some((reaction) => reaction.emoji === emoji && reaction.users.includes(this.me.id));
    this.delegate.submit({ kind: "react", room: this.room(), message: id, emoji, on });
  }

  /** @param {MessageView} view */
  reply(view) {
    this.delegate.reply(view);
  }

  /** @param {MessageView} view */
  edit(view) {
    this.delegate.edit(view);
  }

  /** Asks first. @param {MessageView} view @returns {Promise<boolean>} whether it is done */
  async delete({ message: { id }, shown }) {
    const room = this.room();
    if (id === null || !(await askToDelete(shown))) return false;
    this.delegate.submit({ kind: "delete", room, message: id });
    return true;
  }
}
