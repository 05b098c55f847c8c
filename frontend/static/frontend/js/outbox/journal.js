import { entryFromItem } from "./item.js";
import { isOperation } from "./operation.js";

/** @typedef {import("./item.js").Entry} Entry @typedef {import("./item.js").Item} Item */

/**
 * Keeps unsent messages through a reload, a crash or a closed tab. Synchronous on purpose: what `save` has returned from is on
 * record, even when the page goes away in the same tick. One storage key per message, so that tabs never overwrite each other;
 * the user's id is part of the key, so that nobody ever sends what somebody else wrote.
 *
 * When storage is blocked or full the journal goes on in memory and says so once through `onTrouble`.
 */
export class OutboxJournal {
  #storage;
  #prefix;
  #onTrouble;
  #troubled = false;

  /**
   * @param {() => Storage} storage a getter, since a blocked localStorage throws when it is merely named
   * @param {number} userId
   * @param {() => void} onTrouble
   */
  constructor(storage, userId, onTrouble) {
    this.#storage = storage;
    this.#prefix = `posthorn:outbox:${userId}:`;
    this.#onTrouble = onTrouble;
  }

  /** What this user has not sent yet, oldest first. @returns {Entry[]} */
  load() {
    return this.#attempt([], (storage) => {
      const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "");
      const texts = keys.filter((key) => key.startsWith(this.#prefix)).map((key) => storage.getItem(key));
      return texts.flatMap(parse).sort((a, b) => a.n - b.n);
    });
  }

  /** @param {Item} item @returns {boolean} whether it will outlive this page */
  save(item) {
    return this.#attempt(false, (storage) => {
      storage.setItem(this.#prefix + item.clientId, JSON.stringify(entryFromItem(item)));
      return true;
    });
  }

  /** @param {string} clientId */
  forget(clientId) {
    this.#attempt(undefined, (storage) => storage.removeItem(this.#prefix + clientId));
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
      if (!this.#troubled) this.#onTrouble();
      this.#troubled = true;
      return fallback;
    }
  }
}

/** Skips what is damaged: one bad entry must not keep the others from being sent. @param {string | null} text @returns {Entry[]} */
function parse(text) {
  try {
    const entry = JSON.parse(text ?? "null");
    const usable = typeof entry.clientId === "string" && Number.isInteger(entry.n) && isOperation(entry.operation);
    return usable ? [entry] : [];
  } catch {
    return [];
  }
}
