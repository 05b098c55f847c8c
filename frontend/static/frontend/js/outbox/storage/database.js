import { Opened, answer, committed } from "./opened.js";

/** @typedef {import("../items/entry.js").Entry} Entry @typedef {Map<string, Entry | null>} Batch client id to what it is now; null: gone */

const STORE = "outbox";

/**
 * Entries of the outbox in IndexedDB: large, and safe on the disk once a transaction has completed, but never before the task
 * ends. What is written while one transaction runs goes into the next one together.
 */
export class OutboxDatabase {
  #opened;
  #written;
  /** @type {Batch} */
  #waiting = new Map();
  #working = false;

  /**
   * @param {() => IDBFactory} factory a getter, since a blocked one may throw when it is merely named
   * @param {number} userId
   * @param {(batch: Batch, done: boolean) => void} written how each transaction ended
   */
  constructor(factory, userId, written) {
    const prepare = (/** @type {IDBDatabase} */ database) => database.createObjectStore(STORE, { keyPath: "clientId" });
    this.#opened = new Opened(factory, `posthorn-outbox-${userId}`, prepare);
    this.#written = written;
  }

  /** @returns {Promise<unknown[]>} */
  async load() {
    try {
      const database = await this.#opened.get();
      return await answer(database.transaction(STORE).objectStore(STORE).getAll());
    } catch (error) {
      this.#opened.forsake();
      throw error;
    }
  }

  /** @param {string} clientId @param {Entry | null} entry null: remove it */
  write(clientId, entry) {
    this.#waiting.set(clientId, entry);
    if (!this.#working) void this.#work();
  }

  async #work() {
    this.#working = true;
    // A task that writes a hundred entries pays for one transaction.
    await null;
    while (this.#waiting.size > 0) {
      const batch = this.#waiting;
      this.#waiting = new Map();
      this.#written(batch, await this.#keep(batch));
    }
    this.#working = false;
  }

  /** @param {Batch} batch */
  async #keep(batch) {
    try {
      await this.#commit(batch);
      return true;
    } catch {
      this.#opened.forsake();
      return false;
    }
  }

  /** @param {Batch} batch */
  async #commit(batch) {
    const database = await this.#opened.get();
    const transaction = database.transaction(STORE, "readwrite", { durability: "strict" });
    const store = transaction.objectStore(STORE);
    for (const [clientId, entry] of batch) entry === null ? store.delete(clientId) : store.put(entry);
    await committed(transaction);
  }
}
