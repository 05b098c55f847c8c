/** @typedef {import("../connection/protocol.js").RoomEvent} RoomEvent @typedef {import("../connection/protocol.js").MessageEvent} MessageEvent */

/** What each kind of event does to the page. */
export class EventRules {
  /** @param {import("./parts.js").Parts} parts */
  constructor(parts) {
    this.parts = parts;
  }

  /** @param {number} room @param {RoomEvent} event */
  apply(room, event) {
    const timeline = this.parts.conversations.timeline(room);
    switch (event.kind) {
      case "message":
        return this.#message(room, event);
      case "edit":
      case "delete":
        return timeline?.change(event.message);
      case "member":
        this.parts.shell.members.changed(room);
        return timeline?.addLine(event);
      case "room":
        this.parts.rooms.rename(room, event.room.name);
        return timeline?.addLine(event);
    }
  }

  /** A message of mine seen in its room is as good as its ack. @param {number} room @param {{id: number, seq: number, at: string, client_id: string, sender: {id: number}}} message */
  recognise(room, { id, seq, at, client_id, sender }) {
    if (sender.id !== this.parts.me.id) return;
    this.parts.outbox.confirm({ clientId: client_id, id, room, seq, at });
    this.parts.plain.acked(client_id);
  }

  /** @param {number} room @param {MessageEvent} event */
  #message(room, { seq, at, message: { ...rest } }) {
    const { conversations, rooms, announcer, me } = this.parts;
    const message = { ...rest, seq, at };
    this.recognise(room, message);
    conversations.timeline(room)?.put(message);
    this.parts.shell.message(room, message);
    if (message.sender.id === me.id || message.deleted) return;
    if (room === conversations.current) announcer.message(message.sender.name, message.body);
    if (!conversations.isWatched(room)) rooms.setUnread(room, (rooms.get(room)?.unread ?? 0) + 1);
  }
}
