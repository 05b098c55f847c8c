/** As much of IndexedDB as the outbox uses. What it keeps outlives its connections; `mood` is how it behaves. */
export class FakeIndexedDB {
  rows = new Map();
  transactions = 0;
  /** @type {"well" | "refuses to open" | "asleep" | "full" | "dying"} dying: as the page is, before its transactions complete */
  mood = "well";
  #asleep = [];
  #connections = new Set();

  /** Another page wants to change the database's form. @returns {number} how many connections keep it from that */
  change() {
    for (const connection of this.#connections) connection.onversionchange?.();
    return this.#connections.size;
  }

  open() {
    const request = {};
    const start = () => {
      if (this.mood === "refuses to open") return ((request.error = new Error("blocked")), request.onerror());
      const connection = {
        createObjectStore: () => {},
        transaction: () => this.#transaction(),
        close: () => this.#connections.delete(connection),
      };
      this.#connections.add(connection);
      request.result = connection;
      request.onupgradeneeded();
      request.onsuccess();
    };
    if (this.mood === "asleep") this.#asleep.push(start);
    else queueMicrotask(start);
    return request;
  }

  wake() {
    this.mood = "well";
    for (const start of this.#asleep.splice(0)) start();
  }

  #transaction() {
    const changes = [];
    const transaction = { objectStore: () => store, error: new DOMException("full", "QuotaExceededError") };
    const store = {
      put: (entry) => changes.push(() => this.rows.set(entry.clientId, structuredClone(entry))),
      delete: (clientId) => changes.push(() => this.rows.delete(clientId)),
      getAll: () => {
        const request = { result: [...this.rows.values()] };
        queueMicrotask(() => request.onsuccess());
        return request;
      },
    };
    this.transactions += 1;
    setImmediate(() => {
      if (this.mood === "dying") return;
      if (this.mood === "full") return transaction.onabort?.();
      for (const change of changes) change();
      transaction.oncomplete?.();
    });
    return transaction;
  }
}
