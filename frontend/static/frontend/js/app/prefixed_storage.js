/** Small things kept in this browser for one user; where its storage is blocked or full, for as long as the page is open. */
export class PrefixedStorage {
  /** @type {Map<string, string | null>} */
  #refused = new Map();

  /** @param {() => Storage} storage a getter, since a blocked localStorage throws when it is merely named @param {string} prefix */
  constructor(storage, prefix) {
    this.storage = storage;
    this.prefix = prefix;
  }

  /** @param {string} key @returns {string | null} */
  get(key) {
    return this.#refused.get(key) ?? this.#attempt((storage) => storage.getItem(this.prefix + key), null);
  }

  /** @param {string} key @param {string | null} value null forgets it */
  set(key, value) {
    const kept = this.#attempt((storage) => {
      if (value === null) storage.removeItem(this.prefix + key);
      else storage.setItem(this.prefix + key, value);
      return true;
    }, false);
    if (kept) this.#refused.delete(key);
    else this.#refused.set(key, value);
  }

  /** Under which keys something is kept. @returns {string[]} */
  get keys() {
    const kept = this.#attempt(
      (storage) => Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? ""),
      /** @type {string[]} */ ([]),
    );
    const ours = kept.filter((key) => key.startsWith(this.prefix)).map((key) => key.slice(this.prefix.length));
    return [...new Set([...ours, ...this.#refused.keys()])].filter((key) => this.get(key) !== null);
  }

  /** Forgets all of it. */
  clear() {
    for (const key of this.keys) this.set(key, null);
    this.#refused.clear();
  }

  /**
   * @template T
   * @param {(storage: Storage) => T} action
   * @param {T} fallback
   * @returns {T}
   */
  #attempt(action, fallback) {
    try {
      return action(this.storage());
    } catch {
      return fallback;
    }
  }
}
