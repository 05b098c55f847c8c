/**
 * What tabs of one person tell each other about uploads. A page that is older than this passes over it.
 *
 * @typedef {import("./upload.js").LocalFile} LocalFile @typedef {import("./upload.js").Upload} Upload
 * @typedef {{do: "upload", room: number, file: LocalFile, blob: Blob | null}} Added a file was added, or described anew
 * @typedef {{do: "wanted", uploadId: string}} Wanted who has the bytes?
 * @typedef {{do: "progress", uploadId: string} & Pick<Upload, "state" | "sent" | "error" | "told">} Progress of the tab that uploads
 * @typedef {{do: "again", uploadIds: string[]}} Again a person wishes that they are tried anew
 * @typedef {{do: "dropped", uploadIds: string[]}} Dropped nobody wants them any more
 * @typedef {Added | Wanted | Progress | Again | Dropped} UploadMessage
 */

const KINDS = new Set(["upload", "wanted", "progress", "again", "dropped"]);

/** Whether something that another tab said is about uploads. @param {any} message @returns {message is UploadMessage} */
export function isUploadMessage(message) {
  return KINDS.has(message.do);
}

/** @param {Upload} upload @returns {Added} */
export const added = ({ room, file, blob }) => ({ do: "upload", room, file, blob });

/** @param {Upload} upload @returns {Progress} */
export const progress = ({ file: { uploadId }, state, sent, error, told }) => ({
  do: "progress",
  uploadId,
  state,
  sent,
  error,
  told,
});
