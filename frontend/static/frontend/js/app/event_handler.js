import { inWords } from "../files/words.js";
import { messageOf } from "../messages/message_state.js";

/** @typedef {import("../connection/protocol.js").RoomEvent} RoomEvent @typedef {import("../connection/protocol.js").Message} Message */

/** What each kind of event does to the page. */
export class EventHandler {
  /** @param {import("./app_interface.js").AppInterface} app */
  constructor(app) {
    this.app = app;
  }

  /** @param {number} room @param {RoomEvent} event */
  apply(room, event) {
    const message = event.kind === "message" ? messageOf(event) : null;
    if (message) this.recognise(room, message);
    this.app.conversations.apply(room, event);
    if (event.kind === "member") this.app.surroundings.mentions.memberChanged(room, event.member);
    if (event.kind === "room") this.app.rooms.rename(room, event.room.name);
    if (message) this.#message(room, message);
    if (event.kind === "delete")
      document.dispatchEvent(new CustomEvent("chat:message:deleted", { detail: event.message }));
  }

  /** A message of mine seen in its room is as good as its ack. @param {number} room @param {{id: number, seq: number, at: string, client_id: string, sender: {id: number}}} message */
  recognise(room, { id, seq, at, client_id, sender }) {
    if (sender.id !== this.app.me.id) return;
    this.app.outbox.confirm({ clientId: client_id, id, room, seq, at });
    this.app.plain.acked(client_id);
  }

  /** @param {number} room @param {Message} message */
  #message(room, message) {
    const { conversations, rooms, announcer, me } = this.app;
    this.app.surroundings.message(room, message);
    if (message.sender.id === me.id || message.deleted) return;
    if (room === conversations.current) announcer.message(message.sender.name, inWords(message));
    if (!conversations.isWatched(room)) rooms.count(room, message.seq);
  }
}
