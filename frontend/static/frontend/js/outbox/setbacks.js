import { RESEND, halfJitter } from "../connection/backoff.js";
import { save, show } from "./items/item.js";
import { MAX_STRAYS, MAX_TRIES, ORDER_WAIT_MS, RATE_LIMIT_WAIT_MS } from "./limits.js";
import { filesOf, laneOf } from "./items/operation.js";

/** @typedef {import("./items/item.js").Item} Item @typedef {import("./items/item.js").Effect} Effect */

/** @typedef {import("./items/operation.js").LocalFile} LocalFile */

/**
 * @typedef {object} Files what is known of files (uploads/shelf.js)
 * @property {(files: LocalFile[]) => boolean} ready whether the server has them
 * @property {(files: LocalFile[]) => {code: string, final: boolean} | null} trouble why it never will by itself
 */

/** What becomes of an item that did not get through this time: how long it waits, what that costs, and when it fails. */
export class Setbacks {
  #lanes;
  #random;
  #files;

  /** @param {import("./lanes.js").Lanes} lanes @param {() => number} random @param {Files} files */
  constructor(lanes, random, files) {
    this.#lanes = lanes;
    this.#random = random;
    this.#files = files;
  }

  /** What waits for files that will not come is over. @returns {Effect[]} */
  withoutFiles() {
    return this.#lanes.list().flatMap((item) => {
      const files = filesOf(item.operation);
      const trouble = item.state === "queued" && files.length > 0 ? this.#files.trouble(files) : null;
      return trouble ? this.end(item, trouble.final ? "rejected" : "failed", trouble.code) : [];
    });
  }

  /** The server refused it for now. @param {Item} item @param {string} code @param {number} afterMs @param {number} now @returns {Effect[]} */
  refused(item, code, afterMs, now) {
    if (code === "order") return this.#outOfOrder(item, afterMs, now);
    item.refused = true;
    if (code !== "rate_limited") return this.spendTry(item, code, afterMs, now);
    this.#lanes.goBack(item, now + (afterMs || RATE_LIMIT_WAIT_MS));
    return [];
  }

  /** It goes again, or fails. @param {Item} item @param {string} code @param {number} afterMs @param {number} now @returns {Effect[]} */
  spendTry(item, code, afterMs, now) {
    item.tries += 1;
    const over = item.tries >= MAX_TRIES;
    const wait = over ? 0 : Math.max(afterMs, halfJitter(RESEND, item.tries - 1, this.#random));
    this.#lanes.goBack(item, now + wait);
    if (!over) return [];
    return [...this.end(item, "failed", code), ...(item.refused ? this.#startAfresh() : [])];
  }

  /** @param {Item} item @param {"failed" | "rejected"} state @param {string} error @returns {Effect[]} */
  end(item, state, error) {
    this.#lanes.inflight.delete(item);
    Object.assign(item, { state, error });
    return [save(item), show(item)];
  }

  /** @param {Item} item @param {number} afterMs @param {number} now @returns {Effect[]} */
  #outOfOrder(item, afterMs, now) {
    const head = this.#lanes.head(laneOf(item.operation)) ?? item;
    this.#lanes.goBack(head, now + Math.max(afterMs, ORDER_WAIT_MS));
    // Out of order though nothing was refused: the server waits for something that will not come on this connection.
    return !head.refused && ++head.strays >= MAX_STRAYS ? this.#startAfresh() : [];
  }

  /** The server holds the lane for an item that will not come again: only a new connection forgets that. @returns {Effect[]} */
  #startAfresh() {
    this.#lanes.close();
    return [{ do: "reconnect" }];
  }
}
