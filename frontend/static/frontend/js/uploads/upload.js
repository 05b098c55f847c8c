/**
 * A file on its way to the server.
 *
 * `waiting` for its turn, for its bytes or for a connection; `going`; `whole`: the server has it, until a message is sent with it;
 * `failed`: it was tried for long enough, and waits for a person; `refused`: it will never be taken.
 *
 * @typedef {"waiting" | "going" | "whole" | "failed" | "refused"} UploadState
 *
 * @typedef {object} LocalFile a file as drafts and the outbox keep it; its bytes are elsewhere (kept_bytes.js)
 * @property {string} uploadId chosen by the page: it is what lets the server know a repeat
 * @property {string} name
 * @property {string} type as the browser takes it to be
 * @property {number} bytes
 * @property {number} [width] of pictures, as they are shown
 * @property {number} [height]
 * @property {string} [description] for those who do not see it
 *
 * @typedef {object} Upload
 * @property {LocalFile} file
 * @property {number} room
 * @property {Blob | null} blob null while this page does not have the bytes
 * @property {number} looks how often they were looked for
 * @property {boolean | null} kept whether a later page will find the bytes; null while nobody knows
 * @property {UploadState} state
 * @property {number} sent how many bytes are on the server, or on their way
 * @property {string | null} error the code of what went wrong, while `failed` or `refused`
 * @property {number} tries since it last came on
 * @property {number} restsUntil
 * @property {string | null} told the description that the server knows
 *
 * @typedef {{code: string, final: boolean, waits?: boolean, afterMs?: number}} Failure why an attempt ended; `final`: no other will
 *   do better; `waits`: none will until a person has done something
 *
 * @typedef {object} Listener to one attempt
 * @property {(sent: number) => void} progress
 * @property {() => void} whole
 * @property {(failure: Failure) => void} failed
 *
 * @typedef {object} Transport
 * @property {(upload: Upload, listener: Listener) => () => void} carry goes on from where the server is; returns what stops it, after which nothing is heard
 * @property {(upload: Upload) => void} withdraw the server need not keep what it has of it
 */

/** @param {number} room @param {LocalFile} file @param {Blob | null} blob @returns {Upload} */
export function newUpload(room, file, blob) {
  const begun = {
    state: /** @type {UploadState} */ ("waiting"),
    sent: 0,
    error: null,
    tries: 0,
    restsUntil: -Infinity,
  };
  return { room, file, blob, looks: 0, kept: null, told: null, ...begun };
}

/** Whether the server knows its description: that may have changed while the bytes went. @param {Upload} upload */
const isTold = ({ told, file }) => told === (file.description ?? "");

/** Whether the server has all of it, as it is to be sent. @param {Upload | undefined} upload */
export const isWhole = (upload) => upload?.state === "whole" && isTold(upload);

/** Whether it is still to go, or on its way. @param {Upload} upload */
export const isOpen = (upload) => upload.state === "waiting" || upload.state === "going";

/** How far several are, in bytes; null when all are there. @param {(Upload | undefined)[]} uploads @returns {{sent: number, bytes: number} | null} */
export function progressOf(uploads) {
  if (uploads.every(isWhole)) return null;
  const sum = (/** @type {(upload: Upload) => number} */ of) =>
    uploads.reduce((all, upload) => all + (upload ? of(upload) : 0), 0);
  return { sent: sum(({ sent }) => sent), bytes: sum(({ file }) => file.bytes) };
}

/** What keeps one of several from ever getting there by itself. @param {(Upload | undefined)[]} uploads @returns {Failure | null} */
export function troubleOf(uploads) {
  const stuck = uploads.find((upload) => upload?.state === "failed" || upload?.state === "refused");
  return stuck ? { code: stuck.error ?? "", final: stuck.state === "refused" } : null;
}
