/** Shared by the tests: a storage, timers, a source of randomness with a seed, and drafts. */
import { webcrypto } from "node:crypto";

// Browsers have it everywhere; Node only since version 19.
globalThis.crypto ??= /** @type {Crypto} */ (/** @type {unknown} */ (webcrypto));

/** Like localStorage, in memory; `broken` makes every write fail as a full or blocked storage does. */
export class FakeStorage {
  #entries = new Map();
  broken = false;

  get length() {
    return this.#entries.size;
  }

  key(index) {
    return [...this.#entries.keys()][index] ?? null;
  }

  getItem(key) {
    return this.#entries.get(key) ?? null;
  }

  setItem(key, value) {
    if (this.broken) throw new DOMException("full", "QuotaExceededError");
    this.#entries.set(key, String(value));
  }

  removeItem(key) {
    this.#entries.delete(key);
  }
}

/** Stands in for setTimeout, on a clock the test moves. (node:test's own differ between the versions of Node people have.) */
export class FakeTimers {
  #real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  #now = 0;
  #id = 0;
  #due = new Map();

  install() {
    this.#now = 0;
    this.#due.clear();
    const setTimeout = (callback, ms = 0) => (this.#due.set(++this.#id, { at: this.#now + ms, callback }), this.#id);
    Object.assign(globalThis, { setTimeout, clearTimeout: (id) => this.#due.delete(id) });
  }

  uninstall() {
    Object.assign(globalThis, this.#real);
  }

  runUntil(now) {
    this.#now = now;
    for (const [id, { at, callback }] of this.#due) if (at <= now && this.#due.delete(id)) callback();
  }
}

/** Mulberry32: the same numbers for the same seed, everywhere. */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const AT = "2026-11-22T10:00:00.000Z";

/** @returns {import("../../frontend/static/frontend/js/outbox/items/item.js").Draft} */
export function draft(clientId, room = 1) {
  return { clientId, at: AT, operation: { kind: "send", room, body: `body of ${clientId}`, replyTo: null } };
}

/** @returns {import("../../frontend/static/frontend/js/outbox/items/item.js").Draft} */
export function edit(clientId, room = 1, message = 9001) {
  return { clientId, at: AT, operation: { kind: "edit", room, message, body: `body of ${clientId}` } };
}

export function receipt(clientId, seq = 1, room = 1) {
  return { clientId, id: 9000 + seq, room, seq, at: AT };
}
