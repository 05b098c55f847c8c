import { newClientId } from "../../outbox/items/client_id.js";

/** @typedef {import("../../uploads/upload.js").LocalFile} LocalFile */

const MEGABYTE = 1024 * 1024;
/** The most files that the server takes with one message. */
const MAX_FILES = 10;

/**
 * What of the files that somebody chose is taken, and what has to be said of the others.
 *
 * @param {File[]} files @param {number} count how many there are already @param {number} maxBytes of one file
 * @returns {{taken: {file: LocalFile, blob: File}[], problem: string}}
 */
export function choose(files, count, maxBytes) {
  const large = files.filter(({ size }) => size > maxBytes);
  const fitting = files.filter(({ size }) => size <= maxBytes);
  const taken = fitting.slice(0, Math.max(0, MAX_FILES - count));
  const problems = [tooLarge(large, maxBytes), tooMany(fitting.length - taken.length)];
  return {
    taken: taken.map((blob) => ({ blob, file: localFile(blob) })),
    problem: problems.filter(Boolean).join(" "),
  };
}

/** @param {File} file @returns {LocalFile} */
function localFile({ name, type, size }) {
  return { uploadId: newClientId(), name: name || "file", type, bytes: size };
}

/** @param {File[]} files @param {number} most */
function tooLarge(files, most) {
  const [first] = files;
  if (!first) return "";
  const which = files.length === 1 ? `${first.name} is too large` : `${files.length} files are too large`;
  return `${which}: this server takes files of up to ${Math.floor(most / MEGABYTE)} MB.`;
}

/** @param {number} count */
function tooMany(count) {
  if (count <= 0) return "";
  return `A message takes up to ${MAX_FILES} files: ${count} ${count === 1 ? "was" : "were"} left out.`;
}
