import { Shelf, MAX_LOOKS } from "./shelf.js";
import { isOpen, isWhole } from "./upload.js";
import { added, progress } from "./upload_message.js";
import { UploadRunner } from "./upload_runner.js";

/** @typedef {import("./upload.js").Upload} Upload @typedef {import("./upload.js").LocalFile} LocalFile @typedef {import("./upload_message.js").UploadMessage} UploadMessage */

/**
 * The files that a person is about to send, or has sent and the server does not have yet. Every tab has them all, with their bytes;
 * only the one that leads uploads, and tells the others how far it is.
 */
export class Uploads {
  #runner;
  #transport;
  /** @type {(message: UploadMessage) => void} */
  #tell = () => {};
  /** @type {(upload: Upload) => void} */
  #changed = () => {};

  /** @param {import("./shelf.js").Bytes} bytes @param {import("./upload.js").Transport} transport @param {{now: () => number, random: () => number}} clock */
  constructor(bytes, transport, clock) {
    this.#transport = transport;
    this.#runner = new UploadRunner(transport, clock, (upload) => this.#moved(upload));
    /** What is to be known of the files. */
    this.shelf = new Shelf(bytes, {
      found: (upload) => this.#settled(upload),
      missing: ({ file }) => this.#tell({ do: "wanted", uploadId: file.uploadId }),
    });
  }

  /** @param {{tell: (message: UploadMessage) => void}} tabs @param {(upload: Upload) => void} changed */
  join(tabs, changed) {
    this.#tell = (message) => tabs.tell(message);
    this.#changed = changed;
  }

  /** This tab uploads from now on. It looks anew at what another one had on its way. */
  start() {
    this.#runner.running = true;
    for (const upload of this.shelf.list()) {
      if (upload.state === "going" || (upload.state === "whole" && !isWhole(upload))) upload.state = "waiting";
      Object.assign(upload, { tries: 0, restsUntil: -Infinity });
    }
    this.#work();
  }

  /** This tab uploads no longer. */
  stop() {
    this.#runner.halt();
  }

  /** To be called about once a second: pauses end, and bytes that are missing are looked for. */
  tick() {
    for (const upload of this.shelf.list()) if (!upload.blob && upload.looks < MAX_LOOKS) void this.shelf.look(upload);
    this.#work();
  }

  /** Somebody has chosen a file. It is kept, and begins to go. @param {number} room @param {LocalFile} file @param {Blob} blob */
  add(room, file, blob) {
    const upload = this.shelf.put(room, file, blob);
    if (!upload) return;
    this.#tell(added(upload));
    void this.shelf.keep(upload, blob);
    this.#work();
  }

  /** A draft or the outbox refers to a file, perhaps of an earlier page. @param {number} room @param {LocalFile} file */
  expect(room, file) {
    if (this.shelf.get(file.uploadId)) return;
    const upload = this.shelf.put(room, file, null);
    if (upload) void this.shelf.look(upload);
  }

  /** What is said of a file has changed. @param {number} room @param {LocalFile} file */
  describe(room, file) {
    const upload = this.shelf.put(room, file, null);
    if (!upload) return;
    this.#tell(added(upload));
    this.#settled(upload);
  }

  /** A person asks for another round. @param {string[]} uploadIds */
  retry(uploadIds) {
    this.#tell({ do: "again", uploadIds });
    this.again(uploadIds);
  }

  /** Tries anew what failed; `all`: also what was whole, since the server has lost it. @param {string[]} uploadIds @param {boolean} [all] */
  again(uploadIds, all = false) {
    for (const upload of this.shelf.those(uploadIds)) {
      if (isOpen(upload) || (upload.state === "whole" && !all)) continue;
      Object.assign(upload, { state: "waiting", error: null, tries: 0, looks: 0, sent: 0, restsUntil: -Infinity });
      this.#moved(upload);
    }
    this.#work();
  }

  /** Nobody wants them any more. Resolves when no later page will find them. @param {string[]} uploadIds */
  drop(uploadIds) {
    if (uploadIds.length > 0) this.#tell({ do: "dropped", uploadIds });
    return this.#dropHere(uploadIds);
  }

  /** The server has them, in a message. @param {string[]} uploadIds */
  async forget(uploadIds) {
    for (const upload of this.shelf.those(uploadIds)) this.#runner.stop(upload);
    await this.shelf.forget(uploadIds);
    this.#work();
  }

  /** What a tab should know that has just come. @returns {UploadMessage[]} */
  answers() {
    return this.shelf.list().map(progress);
  }

  /** Another tab said something. @param {UploadMessage} message */
  told(message) {
    if (message.do === "dropped") return void this.#dropHere(message.uploadIds);
    if (message.do === "again") return this.again(message.uploadIds);
    if (message.do === "upload") {
      const upload = this.shelf.put(message.room, message.file, message.blob);
      return upload ? this.#settled(upload) : undefined;
    }
    const upload = this.shelf.get(message.uploadId);
    if (!upload) return;
    if (message.do === "wanted") return upload.blob ? this.#tell(added(upload)) : undefined;
    // Whoever uploads knows better.
    if (this.#runner.running) return;
    const { state, sent, error, told } = message;
    this.#changed(Object.assign(upload, { state, sent, error, told }));
  }

  /** Its bytes or its description are here. @param {Upload} upload */
  #settled(upload) {
    if (upload.state === "whole" && !isWhole(upload)) upload.state = "waiting";
    this.#changed(upload);
    this.#work();
  }

  /** It has come on, or to an end. @param {Upload} upload */
  #moved(upload) {
    if (this.#runner.running) this.#tell(progress(upload));
    this.#changed(upload);
    this.#work();
  }

  #work() {
    this.#runner.work(this.shelf.list());
  }

  /** @param {string[]} uploadIds */
  #dropHere(uploadIds) {
    for (const upload of this.shelf.those(uploadIds)) {
      this.#runner.stop(upload);
      if (this.#runner.running) this.#transport.withdraw(upload);
    }
    return this.forget(uploadIds);
  }
}
