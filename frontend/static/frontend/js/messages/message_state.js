import { isPending } from "../outbox/items/item.js";
import { filesOf } from "../outbox/items/operation.js";

/**
 * @typedef {import("../connection/protocol.js").Message} Message @typedef {import("../connection/protocol.js").Reaction} Reaction
 * @typedef {import("../connection/protocol.js").MessageEvent} MessageEvent
 * @typedef {import("../connection/protocol.js").EditEvent | import("../connection/protocol.js").DeleteEvent
 *   | import("../connection/protocol.js").ReactionEvent} ChangeEvent
 * @typedef {import("./known_names.js").Reader} Reader
 * @typedef {import("../outbox/items/item.js").Item} Item @typedef {import("../outbox/items/operation.js").Operation} Operation
 *
 * @typedef {import("../files/file.js").MessageFile} MessageFile
 *
 * @typedef {Omit<Message, "id" | "seq" | "files"> & {id: number | null, seq: number | null, reactions: Reaction[], files: MessageFile[]}} State
 *   what a message says; without id and seq while the server does not have it
 */

/** Of a message that carries none. @type {MessageFile[]} */
export const NO_FILES = [];

/** One that is written and that the server does not have. @param {Item} item @param {import("../outbox/items/operation.js").SendOperation} said @param {Reader} reader @param {State["quote"]} quote @returns {State} */
export function unsentMessage({ clientId, at }, said, reader, quote) {
  const { body, replyTo } = said;
  const message = { id: null, seq: null, at, client_id: clientId, sender: reader.me, body, reply_to: replyTo, quote };
  return { ...message, edited_at: null, deleted: false, files: localFiles(said, reader), reactions: [] };
}

/** What it carries, as far as this browser has it. @param {Operation} operation @param {Reader} reader @returns {MessageFile[]} */
export function localFiles(operation, { files: shelf }) {
  const files = filesOf(operation);
  if (files.length === 0) return NO_FILES;
  return files.map(({ uploadId, ...file }) => ({ ...file, id: uploadId, url: shelf.localUrl(uploadId) }));
}

/** The message that an event brings, as a history page would hold it. @param {MessageEvent} event @returns {Message} */
export function messageOf({ message, seq, at }) {
  return { ...message, seq, at };
}

/** The message that an event changes. @param {ChangeEvent} event */
export function changedMessage(event) {
  return event.kind === "reaction" ? event.reaction.message : event.message.id;
}

/** @param {State} message @param {ChangeEvent} event @returns {State} */
export function afterEvent(message, event) {
  if (event.kind === "edit") return { ...message, ...event.message };
  if (event.kind === "delete") return { ...message, deleted: true, body: "", files: NO_FILES };
  const { emoji, on } = event.reaction;
  return { ...message, reactions: react(message.reactions, emoji, event.actor.id, on) };
}

/** What a change of mine makes of a message, before or after the server has it. @param {State} message @param {Operation} operation @param {number} me @param {string} at @returns {State} */
export function afterOperation(message, operation, me, at) {
  if (operation.kind === "edit") return { ...message, body: operation.body, edited_at: at };
  if (operation.kind === "delete") return { ...message, deleted: true, body: "", files: NO_FILES };
  if (operation.kind === "react")
    return { ...message, reactions: react(message.reactions, operation.emoji, me, operation.on) };
  return message;
}

/** What is shown of a message while changes of mine are on their way: those that failed are not in it. @param {State} message @param {Item[]} changes @param {number} me */
export function withChanges(message, changes, me) {
  return changes
    .filter(isPending)
    .reduce((state, { operation, at }) => afterOperation(state, operation, me, at), message);
}

/** @param {Reaction[]} reactions @param {string} emoji @param {number} user @param {boolean} on @returns {Reaction[]} */
function react(reactions, emoji, user, on) {
  const known = reactions.some((reaction) => reaction.emoji === emoji);
  const all = known || !on ? reactions : [...reactions, { emoji, users: [] }];
  return all
    .map((reaction) => (reaction.emoji === emoji ? { emoji, users: toggled(reaction.users, user, on) } : reaction))
    .filter(({ users }) => users.length > 0);
}

/** @param {number[]} users @param {number} user @param {boolean} on */
function toggled(users, user, on) {
  const others = users.filter((each) => each !== user);
  if (!on) return others;
  return users.includes(user) ? users : [...others, user];
}
