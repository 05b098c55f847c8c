import { RESEND, halfJitter } from "../connection/backoff.js";
import { MAX_LOOKS } from "./shelf.js";
import { isWhole } from "./upload.js";

/** @typedef {import("./upload.js").Upload} Upload @typedef {import("./upload.js").Failure} Failure */

/** As many go beside each other; the rest of what the browser allows is for everything else. */
const BESIDE = 3;
/** Attempts that bring nothing on before an upload fails. Without a connection none is made. */
export const MAX_TRIES = 6;

/** Which upload goes when: a few beside each other, in their order, again after a pause when one was cut. */
export class UploadRunner {
  /** What stops each that goes. @type {Map<Upload, () => void>} */
  #going = new Map();
  #transport;
  #clock;
  #changed;
  running = false;

  /**
   * @param {import("./upload.js").Transport} transport
   * @param {{now: () => number, random: () => number}} clock
   * @param {(upload: Upload) => void} changed
   */
  constructor(transport, clock, changed) {
    this.#transport = transport;
    this.#clock = clock;
    this.#changed = changed;
  }

  /** Lets go what may go of these. @param {Iterable<Upload>} uploads */
  work(uploads) {
    if (!this.running) return;
    const now = this.#clock.now();
    for (const upload of uploads) {
      if (this.#going.size >= BESIDE) return;
      const ready = upload.blob !== null || upload.looks >= MAX_LOOKS;
      if (upload.state === "waiting" && ready && upload.restsUntil <= now) this.#begin(upload);
    }
  }

  /** The connection is gone, or another tab's turn has come. */
  halt() {
    this.running = false;
    for (const upload of [...this.#going.keys()]) {
      this.stop(upload);
      upload.state = "waiting";
    }
  }

  /** @param {Upload} upload */
  stop(upload) {
    this.#going.get(upload)?.();
    this.#going.delete(upload);
  }

  /** @param {Upload} upload */
  #begin(upload) {
    upload.state = "going";
    const told = upload.file.description ?? "";
    let best = upload.sent;
    const stop = this.#transport.carry(upload, {
      progress: (sent) => {
        if (sent > best) upload.tries = 0;
        best = Math.max(best, sent);
        this.#tell(upload, { sent });
      },
      whole: () => {
        this.#going.delete(upload);
        upload.told = told;
        Object.assign(upload, { state: "whole", sent: upload.file.bytes, tries: 0 });
        this.#tell(upload, isWhole(upload) ? {} : { state: "waiting" });
      },
      failed: (failure) => {
        this.#going.delete(upload);
        this.#tell(upload, this.#after(upload, failure));
      },
    });
    this.#going.set(upload, stop);
    this.#changed(upload);
  }

  /** @param {Upload} upload @param {Failure} failure @returns {Partial<Upload>} */
  #after(upload, { code, final, waits = false, afterMs = 0 }) {
    if (final) return { state: "refused", error: code };
    const tries = upload.tries + 1;
    if (waits || tries >= MAX_TRIES) return { state: "failed", error: code, tries };
    const wait = Math.max(afterMs, halfJitter(RESEND, tries - 1, this.#clock.random));
    return { state: "waiting", tries, restsUntil: this.#clock.now() + wait };
  }

  /** @param {Upload} upload @param {Partial<Upload>} news */
  #tell(upload, news) {
    this.#changed(Object.assign(upload, news));
  }
}
