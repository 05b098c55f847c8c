import { make } from "../dom/elements.js";

/** @typedef {import("../connection/protocol.js").MemberEvent | import("../connection/protocol.js").RoomRenamedEvent} LineEvent */

/** @param {LineEvent} event */
function sentence(event) {
  if (event.kind === "room") return `${event.actor.name} named this room “${event.room.name}”`;
  return event.member.joined ? `${event.member.name} joined the room` : `${event.member.name} left the room`;
}

/** A quiet line between the messages: somebody came, went, or renamed the room. */
export class EventLine {
  /** @param {LineEvent} event */
  constructor(event) {
    this.seq = event.seq;
    this.node = make("p", "event-line", sentence(event));
    this.node.dataset.seq = String(event.seq);
  }
}
