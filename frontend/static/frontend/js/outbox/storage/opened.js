/** A database of this browser's: opened when it is first asked for, and anew after somebody has closed it under our hands. */
export class Opened {
  #factory;
  #name;
  #prepare;
  /** @type {Promise<IDBDatabase> | null} */
  #opening = null;

  /**
   * @param {() => IDBFactory} factory a getter, since a blocked one may throw when it is merely named
   * @param {string} name
   * @param {(database: IDBDatabase) => void} prepare makes its stores
   */
  constructor(factory, name, prepare) {
    this.#factory = factory;
    this.#name = name;
    this.#prepare = prepare;
  }

  /** The open database. Where an operation on it fails, `forsake` it (site data cleared, disk full). */
  get() {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  /** The next `get` opens it anew. */
  forsake() {
    this.#opening?.then((database) => database.close()).catch(() => {});
    this.#opening = null;
  }

  async #open() {
    const request = this.#factory().open(this.#name, 1);
    request.onupgradeneeded = () => this.#prepare(request.result);
    const database = await answer(request);
    // Another version of the page waits to change it, or the browser to remove it, until everybody has let go.
    database.onversionchange = () => this.forsake();
    return database;
  }
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
export function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Resolves when what was written is safe on the disk. @param {IDBTransaction} transaction @returns {Promise<unknown>} */
export function committed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
}
