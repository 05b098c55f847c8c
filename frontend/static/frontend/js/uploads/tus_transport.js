import { sendBytes, createUpload, withdrawUpload } from "./tus.js";

/** @typedef {import("./upload.js").Upload} Upload @typedef {import("./upload.js").Listener} Listener @typedef {import("./upload.js").Failure} Failure */

/** Progress is told as often as this: often enough for the eye. */
const TELL_MS = 250;

/** Carries uploads to the server by tus: names each anew, which is harmless, and goes on from where the server is. */
export class TusTransport {
  /** Where the server has each. @type {WeakMap<Upload, string>} */
  #addresses = new WeakMap();

  /** @param {Upload} upload @param {Listener} listener */
  carry(upload, listener) {
    const stopping = new AbortController();
    void this.#attempt(upload, quietAfter(stopping.signal, listener), stopping.signal);
    return () => stopping.abort();
  }

  /** @param {Upload} upload */
  withdraw(upload) {
    const address = this.#addresses.get(upload);
    // Unheard, it is removed by the server itself, a day later.
    if (address) void withdrawUpload(address).catch(() => {});
  }

  /** @param {Upload} upload @param {Listener} listener @param {AbortSignal} signal */
  async #attempt(upload, listener, signal) {
    try {
      const address = await createUpload(upload, signal);
      this.#addresses.set(upload, address);
      await sendBytes(address, upload, listener.progress, signal);
      listener.whole();
    } catch (error) {
      listener.failed(failureOf(error, upload));
    }
  }
}

/** @param {any} error @param {Upload} upload @returns {Failure} */
function failureOf({ status = 0, creating = false, afterMs = 0 }, { blob }) {
  if (creating && status === 413) return { code: "file_too_large", final: true };
  if (status === 507) return { code: "no_space", final: false, waits: true };
  if (creating && status === 404) return { code: "not_found", final: true };
  if (creating && (status === 400 || status === 409)) return { code: "file_refused", final: true };
  // The server does not have all of it, and this page has not found it; another one may be about to keep it.
  if (!blob && status > 0) return { code: "file_lost", final: false, waits: true };
  return { code: "not_uploaded", final: false, afterMs };
}

/** @param {AbortSignal} signal @param {Listener} listener @returns {Listener} */
function quietAfter(signal, listener) {
  let toldAt = -Infinity;
  return {
    progress: (sent) => {
      if (signal.aborted || performance.now() - toldAt < TELL_MS) return;
      toldAt = performance.now();
      listener.progress(sent);
    },
    whole: () => signal.aborted || listener.whole(),
    failed: (failure) => signal.aborted || listener.failed(failure),
  };
}
