import { listenForCommands, runCommand } from "./commands.js";
import { Drafts } from "../composer/drafts.js";
import { askBeforeLogOut } from "./log_out.js";
import { Mentions } from "./mentions.js";
import { Notifications } from "./notifications.js";
import { Online } from "../people/online.js";
import { refreshPresence } from "../people/presence_mark.js";
import { PrefixedStorage } from "./prefixed_storage.js";
import { listenForShortcuts } from "./shortcuts.js";
import { TypingLine } from "../people/typing_line.js";

/** @typedef {import("../connection/protocol.js").EphemeralFrame} EphemeralFrame @typedef {import("../connection/protocol.js").Message} Message */

/** What stands around the conversation: dialogs and their keys, who is there and who writes, drafts, notifications. */
export class Surroundings {
  /** @param {import("./app_interface.js").AppInterface} app */
  constructor(app) {
    this.app = app;
    this.mentions = new Mentions(app);
    this.online = new Online(app.me.id, () => refreshPresence(this.online));
    this.typing = new TypingLine((room) => app.connection.send({ type: "typing", room }));
    this.drafts = new Drafts(this.#storage("draft"), (room) => app.rooms.mark(room));
    this.notifications = new Notifications(this.#storage("notifications"), (room) => app.pages.go(room));
    window.addEventListener("storage", ({ key }) => key?.startsWith(this.drafts.storage.prefix) && app.rooms.markAll());
    const { outbox, uploads } = app.outbox;
    askBeforeLogOut({ unsent: () => outbox.items().length, drafts: this.drafts, uploads });
    window.addEventListener("beforeunload", (event) => uploads.shelf.unkept && event.preventDefault());
    const run = (/** @type {string} */ command) => runCommand(command, app);
    listenForCommands(run);
    listenForShortcuts(run);
  }

  /** @param {import("../connection/protocol.js").WelcomeFrame} welcome */
  welcomed({ online }) {
    this.online.welcome(online);
    this.mentions.connected();
  }

  /** @param {EphemeralFrame} frame */
  heard(frame) {
    if (frame.type === "presence") this.online.heard(frame);
    else this.typing.heard(frame);
  }

  /** A message by anybody has come in. @param {number} room @param {Message} message */
  message(room, message) {
    this.app.rooms.active(room, message.at);
    this.typing.stopped(room, message.sender.id);
    void this.#notify(room, message);
  }

  /** Of direct messages, and of those that mention the reader. @param {number} id @param {Message} message */
  async #notify(id, message) {
    const room = this.app.rooms.get(id);
    if (
      !room ||
      message.sender.id === this.app.me.id ||
      message.seq <= room.read_seq ||
      !(await this.notifications.due())
    )
      return;
    if (room.kind === "direct" || (await this.mentions.callMe(id, message.body)))
      await this.notifications.tell(room, message);
  }

  /** @param {string} what */
  #storage(what) {
    return new PrefixedStorage(() => localStorage, `posthorn:${what}:${this.app.me.id}:`);
  }
}
