/**
 * The wire protocol, version 1, as this client speaks it: frame types, close codes, and the one place where text becomes frames.
 *
 * @typedef {{id: number, name: string}} Person
 * @typedef {{id: number, seq: number, at: string, client_id: string, sender: Person, body: string,
 *   reply_to: number | null, quote: Quote | null, edited_at: string | null, deleted: boolean, reactions?: Reaction[]}} Message
 *   A message as a history page holds it.
 * @typedef {{id: number, seq: number, sender: Person, body: string, deleted: boolean}} Quote  what a reply answers, cut short
 * @typedef {{emoji: string, users: number[]}} Reaction
 *
 * @typedef {{seq: number, at: string, actor: Person}} EventBase
 * @typedef {EventBase & {kind: "message", message: Omit<Message, "seq" | "at" | "reactions">}} MessageEvent
 * @typedef {EventBase & {kind: "edit", message: Omit<Message, "seq" | "at" | "reactions">}} EditEvent
 * @typedef {EventBase & {kind: "delete", message: {id: number, deleted: true}}} DeleteEvent
 * @typedef {EventBase & {kind: "member", member: {id: number, name: string, joined: boolean}}} MemberEvent
 * @typedef {EventBase & {kind: "room", room: {name: string}}} RoomRenamedEvent
 * @typedef {EventBase & {kind: "reaction", reaction: {message: number, emoji: string, on: boolean}}} ReactionEvent
 * @typedef {MessageEvent | EditEvent | DeleteEvent | MemberEvent | RoomRenamedEvent | ReactionEvent} RoomEvent
 *
 * @typedef {{id: number, name: string, kind: string, head: number, read_seq: number, unread: number,
 *   active_at: string, with?: Person}} Room
 *
 * @typedef {{type: "welcome", v: number, epoch: string, connection: string, user: Person, rooms: Room[],
 *   window: number, ping_ms: number, flags: Record<string, boolean>, online: number[]}} WelcomeFrame
 * @typedef {{type: "ack", client_id: string, id: number, room: number, seq: number, at: string, duplicate: boolean}} AckFrame
 * @typedef {{type: "nack", client_id: string, code: string, message: string, retry: boolean, after_ms?: number}} NackFrame
 * @typedef {{type: "events", room: number, from: number, to: number, events: RoomEvent[], more: boolean}} EventsFrame
 * @typedef {{type: "rooms", rooms: Room[]}} RoomsFrame
 * @typedef {{type: "page", room: number, before?: number, after?: number, around?: number, messages: Message[],
 *   more: boolean, newer?: boolean}} PageFrame
 * @typedef {{type: "reset", room: number, head: number}} ResetFrame
 * @typedef {{type: "typing" | "presence", room: number, user: Person, state?: string}} EphemeralFrame
 * @typedef {{type: "error", code: string, message: string, ref?: string, room?: number}} ErrorFrame
 * @typedef {{type: "pong", n: number}} PongFrame
 * @typedef {{type: "bye", after_ms: number}} ByeFrame
 * @typedef {WelcomeFrame | AckFrame | NackFrame | EventsFrame | RoomsFrame | PageFrame | ResetFrame | EphemeralFrame
 *   | ErrorFrame | PongFrame | ByeFrame} ServerFrame
 *
 * @typedef {{type: "hello", v: 1, rooms: Record<string, number>, epoch?: string}} HelloFrame
 * @typedef {{type: "send", room: number, client_id: string, body: string, reply_to?: number}} SendFrame
 * @typedef {{type: "edit", client_id: string, message: number, body: string}} EditFrame
 * @typedef {{type: "delete", client_id: string, message: number}} DeleteFrame
 * @typedef {{type: "react", client_id: string, message: number, emoji: string, on: boolean}} ReactFrame
 * @typedef {{type: "read", room: number, seq: number}} ReadFrame
 * @typedef {{type: "typing", room: number}} TypingFrame
 * @typedef {{type: "sync", room: number, after: number, limit?: number}} SyncFrame
 * @typedef {{type: "history", room: number, before?: number, after?: number, around?: number, limit?: number}} HistoryFrame
 * @typedef {{type: "ping", n: number}} PingFrame
 * @typedef {HelloFrame | SendFrame | EditFrame | DeleteFrame | ReactFrame | ReadFrame | TypingFrame | SyncFrame | HistoryFrame | PingFrame} ClientFrame
 */

export const VERSION = 1;

/** The longest body the server takes, in characters (code points). */
export const MAX_BODY = 16_000;

/** Why the server closed the socket. Anything else means: the network did. */
export const CLOSE = Object.freeze({
  SIGNED_OUT: 4401,
  NO_HELLO: 4408,
  TOO_SLOW: 4409,
  TOO_MANY: 4429,
  RESTARTING: 1012,
});

const KNOWN = new Set([
  "welcome",
  "ack",
  "nack",
  "events",
  "rooms",
  "page",
  "reset",
  "typing",
  "presence",
  "error",
  "pong",
  "bye",
]);

/**
 * Reads one text frame. Returns null for what this version does not know, which callers ignore: newer servers may add frame types.
 *
 * @param {unknown} text
 * @returns {ServerFrame | null}
 */
export function decode(text) {
  if (typeof text !== "string") return null;
  let frame;
  try {
    frame = JSON.parse(text);
  } catch {
    return null;
  }
  return frame !== null && typeof frame === "object" && KNOWN.has(frame.type) ? frame : null;
}

/**
 * @param {Iterable<[number, number]>} cursors room id and the last seq applied there
 * @param {string | null} epoch
 * @returns {HelloFrame}
 */
export function hello(cursors, epoch) {
  const rooms = Object.fromEntries([...cursors].map(([room, seq]) => [String(room), seq]));
  return epoch === null ? { type: "hello", v: VERSION, rooms } : { type: "hello", v: VERSION, rooms, epoch };
}

/**
 * The frame that asks for an operation of the outbox.
 *
 * @param {{clientId: string, operation: import("../outbox/operation.js").Operation}} item
 * @returns {SendFrame | EditFrame | DeleteFrame | ReactFrame}
 */
export function change({ clientId: client_id, operation }) {
  const { kind, room } = operation;
  if (kind === "send") {
    const { body, replyTo } = operation;
    return { type: kind, room, client_id, body, ...(replyTo === null ? {} : { reply_to: replyTo }) };
  }
  const { message } = operation;
  if (kind === "edit") return { type: kind, client_id, message, body: operation.body };
  if (kind === "delete") return { type: kind, client_id, message };
  return { type: kind, client_id, message, emoji: operation.emoji, on: operation.on };
}

/**
 * Makes typed text fit to send: line ends as \n, no surrounding blank lines, and none of the characters a server must refuse
 * (NUL and other controls, halves of surrogate pairs). An empty result means there is nothing to send.
 *
 * @param {string} text
 */
export function cleanBody(text) {
  return (
    text
      .replace(/\r\n?/g, "\n")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it takes out
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "")
      .replace(/\p{Surrogate}/gu, "\ufffd")
      .replace(/^(?:[^\S\n]*\n)+/, "")
      .trimEnd()
  );
}

/** Counts characters the way the server does: an emoji outside the basic plane is one. @param {string} text */
export function bodyLength(text) {
  return text.length <= MAX_BODY ? text.length : [...text].length;
}
