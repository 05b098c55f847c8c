/** Shared by the tests: a storage, a source of randomness with a seed, and drafts. */

export const JS = new URL("../../frontend/static/frontend/js/", import.meta.url);

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

export function draft(clientId, room = 1) {
  return { clientId, room, body: `body of ${clientId}`, replyTo: null, at: "2026-11-22T10:00:00.000Z" };
}

export function receipt(clientId, seq = 1, room = 1) {
  return { clientId, id: 9000 + seq, room, seq, at: "2026-11-22T10:00:00.000Z" };
}
