import { SILENCE_MS } from "./limits.js";

/** Counts only the time in which the server was audibly alive: silence of the whole connection is never an item's fault. */
export class AliveClock {
  #heardAt = 0;
  time = 0;

  /** A connection begins. @param {number} now */
  start(now) {
    this.#heardAt = now;
  }

  /** Some frame arrived. @param {number} now */
  heard(now) {
    this.time += Math.min(now - this.#heardAt, SILENCE_MS);
    this.#heardAt = now;
  }
}
