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
};

/** @param {string | null} code */
export function notSent(code) {
  const why = code === null ? undefined : WHY[code];
  return why ? `Not sent: ${why}.` : "Not sent.";
}
