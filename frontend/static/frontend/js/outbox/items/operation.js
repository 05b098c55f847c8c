/**
 * What a person did and the server has yet to learn: the content of an outbox item.
 *
 * @typedef {import("../../uploads/upload.js").LocalFile} LocalFile
 * @typedef {{kind: "send", room: number, body: string, replyTo: number | null, files?: LocalFile[]}} SendOperation `files` only where there are any
 * @typedef {{kind: "edit", room: number, message: number, body: string}} EditOperation
 * @typedef {{kind: "delete", room: number, message: number}} DeleteOperation
 * @typedef {{kind: "react", room: number, message: number, emoji: string, on: boolean}} ReactOperation
 * @typedef {SendOperation | EditOperation | DeleteOperation | ReactOperation} Operation
 */

/** The lane of edits, deletions and reactions. */
const CHANGES = 0;

/** What keeps its order among itself, as on the server: the sends into one room, and all changes to messages. @param {Operation} operation */
export function laneOf(operation) {
  return operation.kind === "send" ? operation.room : CHANGES;
}

/** The files that are sent with it. @param {Operation} operation @returns {LocalFile[]} */
export function filesOf(operation) {
  return operation.kind === "send" ? (operation.files ?? []) : [];
}

/** Their upload ids. @param {Operation} operation */
export const uploadIdsOf = (operation) => filesOf(operation).map(({ uploadId }) => uploadId);

/** Whether something read from storage can be sent. @param {any} operation @returns {operation is Operation} */
export function isOperation(operation) {
  const { kind, room, message, body, emoji, files = [] } = operation ?? {};
  if (!Number.isInteger(room)) return false;
  if (kind === "send") return typeof body === "string" && Array.isArray(files) && files.every(isFile);
  if (!Number.isInteger(message)) return false;
  return (
    kind === "delete" ||
    (kind === "edit" && typeof body === "string") ||
    (kind === "react" && typeof emoji === "string")
  );
}

/** @param {any} file */
const isFile = (file) => typeof file?.uploadId === "string" && typeof file.name === "string";
