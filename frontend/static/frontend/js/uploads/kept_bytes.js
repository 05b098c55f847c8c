import { Opened, answer, committed } from "../outbox/storage/opened.js";

const STORE = "bytes";
/** A database that does not answer for so long counts as one that keeps nothing. */
const PATIENCE_MS = 2_000;

/** What is in files that the server does not have yet, in IndexedDB, by upload id: it outlives reloads and crashes. */
export class KeptBytes {
  #opened;

  /** @param {() => IDBFactory} factory a getter, since a blocked one may throw when it is merely named @param {number} userId */
  constructor(factory, userId) {
    const prepare = (/** @type {IDBDatabase} */ database) => database.createObjectStore(STORE);
    this.#opened = new Opened(factory, `posthorn-files-${userId}`, prepare);
  }

  /**
   * Keeps a copy: the file on the person's disk may change, or go.
   *
   * @param {string} uploadId @param {Blob} blob
   * @returns {Promise<Blob | null>} the copy; null if the browser does not keep it (blocked, full, a private window)
   */
  keep(uploadId, blob) {
    return this.#attempt(null, async (database) => {
      const transaction = database.transaction(STORE, "readwrite", { durability: "strict" });
      transaction.objectStore(STORE).put(blob, uploadId);
      await committed(transaction);
      return await answer(database.transaction(STORE).objectStore(STORE).get(uploadId));
    });
  }

  /** @param {string} uploadId @returns {Promise<Blob | null>} */
  read(uploadId) {
    return this.#attempt(null, async (database) => {
      const found = await answer(database.transaction(STORE).objectStore(STORE).get(uploadId));
      return found instanceof Blob ? found : null;
    });
  }

  /** Of which files there is anything. @returns {Promise<string[]>} */
  ids() {
    return this.#attempt([], async (database) =>
      (await answer(database.transaction(STORE).objectStore(STORE).getAllKeys())).map(String),
    );
  }

  /** @param {string[]} uploadIds */
  forget(uploadIds) {
    return this.#attempt(undefined, async (database) => {
      const transaction = database.transaction(STORE, "readwrite");
      for (const uploadId of uploadIds) transaction.objectStore(STORE).delete(uploadId);
      await committed(transaction);
    });
  }

  /**
   * @template T
   * @param {T} fallback
   * @param {(database: IDBDatabase) => Promise<T>} action
   * @returns {Promise<T>}
   */
  async #attempt(fallback, action) {
    try {
      const database = await Promise.race([this.#opened.get(), pause(PATIENCE_MS)]);
      return database ? await action(database) : fallback;
    } catch {
      this.#opened.forsake();
      return fallback;
    }
  }
}

/** @param {number} ms @returns {Promise<void>} */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
