import { find } from "../dom/elements.js";

/**
 * @typedef {import("./upload.js").Upload} Upload
 *
 * @typedef {{getStatus: () => number, getHeader: (name: string) => string | undefined}} LibraryAnswer
 * @typedef {{start: () => void, abort: () => Promise<void>}} LibraryUpload
 * @typedef {{Upload: new (blob: Blob, options: object) => LibraryUpload}} Library as much of tus-js-client as is used here
 */

const LIBRARY = import.meta.resolve("../../vendor/tus-js-client/dist/tus.min.js");
const ENDPOINT = "/api/v1/uploads/";
const VERSION = { "Tus-Resumable": "1.0.0" };

/** An answer that is none of those hoped for; `status` is 0 where there was none. `creating`: it was to the first request. */
export class TusError extends Error {
  /** @param {number} status @param {boolean} creating @param {string | null} [retryAfter] seconds */
  constructor(status, creating, retryAfter = null) {
    super(`The server answered an upload with ${status}`);
    this.status = status;
    this.creating = creating;
    this.afterMs = Number(retryAfter) * 1000 || 0;
  }
}

/** Names an upload to the server, by its own id: one that is there already is found, and described anew. @param {Upload} upload @param {AbortSignal} signal @returns {Promise<string>} its address */
export async function createUpload({ file, room }, signal) {
  const { uploadId, name, type, bytes, description = "" } = file;
  const facts = { filename: name, filetype: type, room: String(room), upload_id: uploadId, description };
  const headers = { ...VERSION, ...token(), "Upload-Length": String(bytes), "Upload-Metadata": encoded(facts) };
  const answer = await fetch(ENDPOINT, { method: "POST", headers, signal }).catch(() => null);
  const address = answer?.headers.get("Location");
  if (answer?.status === 201 && address) return address;
  throw new TusError(answer?.status ?? 0, true, answer?.headers.get("Retry-After"));
}

/** Sends what the server does not have yet. Resolves when it has all. @param {string} address @param {Upload} upload @param {(sent: number) => void} progress @param {AbortSignal} signal @returns {Promise<void>} */
export async function sendBytes(address, { blob }, progress, signal) {
  if (!blob) return await checkWhole(address, signal);
  const tus = await library();
  if (signal.aborted) return;
  await new Promise((resolve, reject) => {
    const upload = new tus.Upload(blob ?? new Blob(), {
      uploadUrl: address,
      // Who carries it knows better when to try again.
      retryDelays: null,
      storeFingerprintForResuming: false,
      headers: token(),
      onProgress: progress,
      onSuccess: resolve,
      onError: (/** @type {{originalResponse?: LibraryAnswer | null}} */ { originalResponse: answer }) =>
        reject(new TusError(answer?.getStatus() ?? 0, false, answer?.getHeader("Retry-After"))),
    });
    signal.addEventListener("abort", () => void upload.abort());
    upload.start();
  });
}

/** For one whose bytes this browser has no more: the server may have them all. @param {string} address @param {AbortSignal} signal */
async function checkWhole(address, signal) {
  const { status, headers } = await fetch(address, { method: "HEAD", headers: VERSION, signal });
  if (headers.get("Upload-Offset") !== headers.get("Upload-Length")) throw new TusError(status, false);
}

/** The server need not keep it. @param {string} address */
export function withdrawUpload(address) {
  return fetch(address, { method: "DELETE", headers: { ...VERSION, ...token() } });
}

/** tus-js-client, which is loaded with the first file. It is no module: it names itself on the window. @returns {Promise<Library>} */
async function library() {
  if (!("tus" in window)) await import(LIBRARY);
  return /** @type {any} */ (window).tus;
}

function token() {
  return { "X-CSRFToken": find("input[name=csrfmiddlewaretoken]", HTMLInputElement).value };
}

/** As tus has it: names, and values in base64. @param {Record<string, string>} facts */
function encoded(facts) {
  return Object.entries(facts)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name} ${btoa(String.fromCodePoint(...new TextEncoder().encode(value)))}`)
    .join(",");
}
