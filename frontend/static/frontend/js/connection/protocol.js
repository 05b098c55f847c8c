/**
 * The wire protocol, version 1, as this client speaks it: close codes, and the one place where text becomes frames.
 *
 * The frames' types follow from the server's declaration of them (`manage.py protocol` writes frames.d.ts).
 *
 * @typedef {import("./frames.d.ts").Person} Person
 * @typedef {import("./frames.d.ts").Quote} Quote
 * @typedef {import("./frames.d.ts").File} File
 * @typedef {import("./frames.d.ts").Reaction} Reaction
 * @typedef {import("./frames.d.ts").MessageEvent} MessageEvent
 * @typedef {import("./frames.d.ts").EditEvent} EditEvent
 * @typedef {import("./frames.d.ts").DeleteEvent} DeleteEvent
 * @typedef {import("./frames.d.ts").MemberEvent} MemberEvent
 * @typedef {import("./frames.d.ts").ReactionEvent} ReactionEvent
 * @typedef {import("./frames.d.ts").RoomRenamedEvent} RoomRenamedEvent
 * @typedef {import("./frames.d.ts").RoomEvent} RoomEvent
 * @typedef {import("./frames.d.ts").Room} Room
 * @typedef {import("./frames.d.ts").WelcomeFrame} WelcomeFrame
 * @typedef {import("./frames.d.ts").AckFrame} AckFrame
 * @typedef {import("./frames.d.ts").NackFrame} NackFrame
 * @typedef {import("./frames.d.ts").EventsFrame} EventsFrame
 * @typedef {import("./frames.d.ts").PageFrame} PageFrame
 * @typedef {import("./frames.d.ts").ResetFrame} ResetFrame
 * @typedef {import("./frames.d.ts").ErrorFrame} ErrorFrame
 * @typedef {import("./frames.d.ts").ReadElsewhereFrame} ReadElsewhereFrame
 * @typedef {import("./frames.d.ts").ServerFrame} ServerFrame
 * @typedef {import("./frames.d.ts").HelloFrame} HelloFrame
 * @typedef {import("./frames.d.ts").SendFrame} SendFrame
 * @typedef {import("./frames.d.ts").EditFrame} EditFrame
 * @typedef {import("./frames.d.ts").DeleteFrame} DeleteFrame
 * @typedef {import("./frames.d.ts").ReactFrame} ReactFrame
 * @typedef {import("./frames.d.ts").ClientFrame} ClientFrame
 * @typedef {import("./frames.d.ts").PresenceFrame} PresenceFrame
 * @typedef {import("./frames.d.ts").SomebodyTypingFrame | PresenceFrame} EphemeralFrame
 *
 * @typedef {Omit<import("./frames.d.ts").Message, "reactions"> & {reactions?: Reaction[]}} Message
 *   A message as the page keeps it: one that came live has no reactions yet.
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
  "read",
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
 * @param {{clientId: string, operation: import("../outbox/items/operation.js").Operation}} item
 * @returns {SendFrame | EditFrame | DeleteFrame | ReactFrame}
 */
export function change({ clientId: client_id, operation }) {
  const { kind, room } = operation;
  if (kind === "send") {
    const { body, replyTo, files = [] } = operation;
    const frame = { type: kind, room, client_id, body, ...(replyTo === null ? {} : { reply_to: replyTo }) };
    return files.length > 0 ? { ...frame, files: files.map(({ uploadId }) => uploadId) } : frame;
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
