/**
 * Finds out whether an open socket still reaches anybody. A socket can stay OPEN long after the network has gone; so silence
 * is answered by a ping, and a ping by nobody means the connection is dead.
 */

/** A ping must be answered (by any frame) within this. */
export const PING_DEADLINE_MS = 3_000;
/** Silence allowed while answers are due. Short, so that time counts as "the server was alive" (see outbox/limits.js). */
export const WAITING_SILENCE_MS = 2_000;

export class Heartbeat {
  #heardAt = 0;
  #pingAt = -Infinity;
  #n = 0;

  /** @param {number} now @param {number} pingMs silence allowed when nothing is due */
  constructor(now, pingMs) {
    this.#heardAt = now;
    this.pingMs = pingMs;
  }

  /** @param {number} now */
  heard(now) {
    this.#heardAt = now;
    this.#pingAt = -Infinity;
  }

  /** Ask at once, for example after waking up. @param {number} now */
  probe(now) {
    return this.#pending ? /** @type {const} */ ({ do: "nothing" }) : this.#ping(now);
  }

  /**
   * @param {number} now
   * @param {boolean} waiting whether answers are due
   * @returns {{do: "nothing"} | {do: "dead"} | {do: "ping", n: number}}
   */
  tick(now, waiting) {
    if (this.#pending) return now - this.#pingAt >= PING_DEADLINE_MS ? { do: "dead" } : { do: "nothing" };
    const allowed = waiting ? Math.min(WAITING_SILENCE_MS, this.pingMs) : this.pingMs;
    return now - this.#heardAt >= allowed ? this.#ping(now) : { do: "nothing" };
  }

  /** @param {number} now */
  #ping(now) {
    this.#pingAt = now;
    this.#n += 1;
    return /** @type {const} */ ({ do: "ping", n: this.#n });
  }

  get #pending() {
    return this.#pingAt !== -Infinity;
  }
}
