/** What a code of the protocol means to the person who reads it. */

/** @type {Record<string, string>} */
const WHY = {
  timeout: "the server did not answer",
  busy: "the server is too busy",
  storage: "the server could not store it",
  too_large: "it is too long",
  not_found: "you are not in this room any more",
  forbidden: "you may not write here",
  conflict: "it clashes with another message of yours",
  bad_frame: "the server could not read it",
  rate_limited: "too many messages at once",
  not_ready: "the server does not have its files any more",
  not_uploaded: "its files could not be uploaded",
  file_too_large: "a file is too large for this server",
  file_refused: "the server does not take one of its files",
  file_lost: "a file is no longer in this browser",
  no_space: "the server has no space left for its files",
};

/** @type {Record<string, string>} */
const WHY_NOT_UPLOADED = {
  not_uploaded: "not uploaded",
  file_too_large: "too large for this server",
  file_refused: "not taken by this server",
  file_lost: "no longer in this browser",
  no_space: "no space left on this server",
};

/** Why a file is not uploaded, in few words. @param {string | null} code */
export function whyNot(code) {
  return WHY_NOT_UPLOADED[code ?? ""] ?? "not uploaded";
}

/** @param {string | null} code */
export function notSent(code) {
  const why = code === null ? undefined : WHY[code];
  return why ? `Not sent: ${why}.` : "Not sent.";
}

/** @type {Record<import("../outbox/items/operation.js").Operation["kind"], string>} */
const NOT_DONE = { send: "Not sent", edit: "Not changed", delete: "Not deleted", react: "Reaction not saved" };
/** @type {Record<string, string>} */
const WHY_NOT_CHANGED = { not_found: "it is no longer there", forbidden: "you may not do that to this message" };

/** What did not happen, and why. @param {import("../outbox/items/operation.js").Operation["kind"]} kind @param {string | null} code */
export function notDone(kind, code) {
  if (kind === "send") return notSent(code);
  const why = code === null ? undefined : (WHY_NOT_CHANGED[code] ?? WHY[code]);
  return why ? `${NOT_DONE[kind]}: ${why}.` : `${NOT_DONE[kind]}.`;
}

/** @param {number} length @param {number} limit */
export function tooLong(length, limit) {
  if (length <= limit) return "";
  return `This message is too long: ${length.toLocaleString()} characters of at most ${limit.toLocaleString()}.`;
}
