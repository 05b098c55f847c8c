/** A server that takes uploads, and what of a browser carries and keeps them. What goes when is up to the test. */

/** Keeps the promises: what it took is there, whole or in part, under the sender's own id. */
export class FakeUploads {
  #all = new Map();

  /** @returns {{bytes: number, offset: number, description: string, message: boolean}} */
  create({ uploadId, bytes, description = "" }) {
    const upload = this.#all.get(uploadId) ?? { bytes, offset: 0, description: "", message: false };
    this.#all.set(uploadId, upload);
    return Object.assign(upload, upload.message ? {} : { description });
  }

  /** Whether these can be sent, as they are. */
  whole(files) {
    return files.every(({ uploadId, description = "" }) => {
      const upload = this.#all.get(uploadId);
      return upload?.offset === upload?.bytes && upload?.description === description && !upload.message;
    });
  }

  attach(files) {
    for (const { uploadId } of files) this.#all.get(uploadId).message = true;
  }

  /** Forgets what is in no message. */
  withdraw(uploadId) {
    if (!this.#all.get(uploadId)?.message) this.#all.delete(uploadId);
  }

  /** How many are in messages. */
  get attached() {
    return [...this.#all.values()].filter(({ message }) => message).length;
  }

  get ids() {
    return [...this.#all.keys()];
  }
}

/** Carries a part whenever it is told to. */
export class FakeTransport {
  #going = new Set();

  constructor(server) {
    this.server = server;
  }

  carry(upload, listener) {
    const transfer = { upload, listener, file: structuredClone(upload.file) };
    this.#going.add(transfer);
    return () => this.#going.delete(transfer);
  }

  withdraw({ file }) {
    this.server.withdraw(file.uploadId);
  }

  get going() {
    return [...this.#going];
  }

  /** Carries so many bytes, or breaks. */
  step(transfer, bytes, breaks = false) {
    const { upload, listener, file } = transfer;
    const stored = this.server.create(file);
    if (!upload.blob) return this.#end(transfer, () => this.#without(stored, listener));
    if (breaks) return this.#end(transfer, () => listener.failed({ code: "not_uploaded", final: false }));
    stored.offset = Math.min(stored.bytes, stored.offset + bytes);
    listener.progress(stored.offset);
    if (stored.offset === stored.bytes) this.#end(transfer, () => listener.whole());
  }

  #without(stored, listener) {
    if (stored.offset === stored.bytes) listener.whole();
    else listener.failed({ code: "file_lost", final: false, waits: true });
  }

  #end(transfer, tell) {
    if (this.#going.delete(transfer)) tell();
  }
}

/** A browser's storage of bytes as one of its pages sees it; what the page has asked for is done when it is told to. */
export class FakeBytes {
  #asked = [];

  /** @param {Map<string, any>} rows @param {() => boolean} [refuses] @param {Set<string>} [ever] what was kept at any time */
  constructor(rows, refuses = () => false, ever = new Set()) {
    this.rows = rows;
    this.ever = ever;
    this.refuses = refuses;
  }

  keep(uploadId, blob) {
    return new Promise((resolve) =>
      this.#asked.push(() => {
        if (this.refuses()) return resolve(null);
        this.rows.set(uploadId, blob);
        this.ever.add(uploadId);
        resolve(blob);
      }),
    );
  }

  async read(uploadId) {
    return this.rows.get(uploadId) ?? null;
  }

  async ids() {
    return [...this.rows.keys()];
  }

  async forget(uploadIds) {
    for (const uploadId of uploadIds) this.rows.delete(uploadId);
  }

  /** Does the next thing asked for; returns whether there was any. */
  step() {
    const next = this.#asked.shift();
    next?.();
    return next !== undefined;
  }
}
