import { readEntry } from "../items/entry.js";

/** @typedef {import("../items/entry.js").Entry} Entry */

/** Stands for an entry that is done with, until the database has let go of it too. */
const GONE = "null";

/**
 * Entries of the outbox in localStorage. Synchronous on purpose: what `save` has returned from is on record, even when the page
 * goes away in the same tick. One storage key per entry, so that tabs never overwrite each other; the user's id is part of the
 * key, so that nobody ever sends what somebody else wrote.
 */
export class OutboxJournal {
  #storage;
  #prefix;

  /** @param {() => Storage} storage a getter, since a blocked localStorage throws when it is merely named @param {number} userId */
  constructor(storage, userId) {
    this.#storage = storage;
    this.#prefix = `posthorn:outbox:${userId}:`;
  }

  /** @returns {Entry[] | null} null if it cannot be read */
  load() {
    return this.#attempt(null, (storage) => this.#keys(storage).flatMap((key) => read(storage.getItem(key)) ?? []));
  }

  /** @returns {string[]} client ids of what `bury` was called for, and `unbury` was not */
  buried() {
    return this.#attempt([], (storage) =>
      this.#keys(storage)
        .filter((key) => storage.getItem(key) === GONE)
        .map((key) => key.slice(this.#prefix.length)),
    );
  }

  /** @param {Entry} entry @returns {boolean} whether it will outlive this page */
  save(entry) {
    return this.#attempt(false, (storage) => {
      storage.setItem(this.#prefix + entry.clientId, JSON.stringify(entry));
      return true;
    });
  }

  /** @param {string} clientId */
  has(clientId) {
    return this.#attempt(false, (storage) => ![null, GONE].includes(storage.getItem(this.#prefix + clientId)));
  }

  /** Forgets an entry that is kept elsewhere now, unless it has changed since. @param {Entry} entry */
  release(entry) {
    const key = this.#prefix + entry.clientId;
    const same = (/** @type {string | null} */ text) => JSON.stringify(read(text)) === JSON.stringify(entry);
    this.#attempt(undefined, (storage) => same(storage.getItem(key)) && storage.removeItem(key));
  }

  /** @param {string} clientId */
  forget(clientId) {
    this.#attempt(undefined, (storage) => storage.removeItem(this.#prefix + clientId));
  }

  /** Forgets an entry for good, though the database may still have it when this page goes away. @param {string} clientId */
  bury(clientId) {
    this.#attempt(undefined, (storage) => storage.setItem(this.#prefix + clientId, GONE));
  }

  /** The database has let go of it. @param {string} clientId */
  unbury(clientId) {
    const key = this.#prefix + clientId;
    this.#attempt(undefined, (storage) => storage.getItem(key) === GONE && storage.removeItem(key));
  }

  /** @param {Storage} storage */
  #keys(storage) {
    const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "");
    return keys.filter((key) => key.startsWith(this.#prefix));
  }

  /**
   * @template T
   * @param {T} fallback
   * @param {(storage: Storage) => T} action
   * @returns {T}
   */
  #attempt(fallback, action) {
    try {
      return action(this.#storage());
    } catch {
      return fallback;
    }
  }
}

/** @param {string | null} text */
function read(text) {
  try {
    return readEntry(JSON.parse(text ?? "null"));
  } catch {
    return null;
  }
}
