/** @typedef {import("../items/entry.js").Entry} Entry @typedef {Map<string, Entry | null>} Batch client id to what it is now; null: gone */

const STORE = "outbox";

/**
 * Entries of the outbox in IndexedDB: large, and safe on the disk once a transaction has completed, but never before the task
 * ends. What is written while one transaction runs goes into the next one together.
 */
export class OutboxDatabase {
  #factory;
  #name;
  #written;
  /** @type {Promise<IDBDatabase> | null} */
  #opening = null;
  /** @type {Batch} */
  #waiting = new Map();
  #working = false;

  /**
   * @param {() => IDBFactory} factory a getter, since a blocked one may throw when it is merely named
   * @param {number} userId
   * @param {(batch: Batch, done: boolean) => void} written how each transaction ended
   */
  constructor(factory, userId, written) {
    this.#factory = factory;
    this.#name = `posthorn-outbox-${userId}`;
    this.#written = written;
  }

  /** @returns {Promise<unknown[]>} */
  async load() {
    try {
      const database = await this.#open();
      return await answer(database.transaction(STORE).objectStore(STORE).getAll());
    } catch (error) {
      this.#forsake();
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
      this.#forsake();
      return false;
    }
  }

  /** @param {Batch} batch */
  async #commit(batch) {
    const database = await this.#open();
    const transaction = database.transaction(STORE, "readwrite", { durability: "strict" });
    const store = transaction.objectStore(STORE);
    for (const [clientId, entry] of batch) entry === null ? store.delete(clientId) : store.put(entry);
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
  }

  /** The browser may have closed it under our hands (site data cleared, disk full): the next write opens it anew. */
  #forsake() {
    this.#opening?.then((database) => database.close()).catch(() => {});
    this.#opening = null;
  }

  #open() {
    this.#opening ??= this.#request();
    return this.#opening;
  }

  async #request() {
    const request = this.#factory().open(this.#name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "clientId" });
    const database = await answer(request);
    // Another version of the page waits to change it, or the browser to remove it, until everybody has let go.
    database.onversionchange = () => this.#forsake();
    return database;
  }
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
