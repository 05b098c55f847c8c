import { isPending } from "./items/item.js";
import { laneOf } from "./items/operation.js";

/** @typedef {import("./items/item.js").Item} Item */

/**
 * The outbox's queue, in lanes that keep their order (see operation.js). A lane pipelines until something in it goes wrong, then goes
 * back to the culprit and sends that alone; so nothing overtakes an item that must be sent again.
 */
export class Lanes {
  /** By client id, in the order of their turns. @type {Map<string, Item>} */
  #items = new Map();
  /** @type {Set<Item>} */
  inflight = new Set();
  /** Lane to the time before which it rests. @type {Map<number, number>} */
  #rests = new Map();
  #nextN = 1;
  /** How many may be in flight; 0 while nothing can be sent. */
  window = 0;
  #ready;

  /** @param {(item: Item) => boolean} ready whether the server has the files of an item; until then it holds its lane */
  constructor(ready) {
    this.#ready = ready;
  }

  /** @param {string} clientId */
  get(clientId) {
    return this.#items.get(clientId);
  }

  /** The items of one room, or all of them, in the order of their turns. @param {number} [room] */
  list(room) {
    return [...this.#items.values()].filter(({ operation }) => room === undefined || operation.room === room);
  }

  /** Adds items, each with the `n` it was kept with, before all that are there. @param {Item[]} items @returns {Item[]} those that were there, with their new `n` */
  restore(items) {
    const later = this.list();
    this.#items = new Map(items.map((item) => [item.clientId, item]));
    this.#nextN = Math.max(this.#nextN, ...items.map((item) => item.n + 1));
    for (const item of later) this.append(item);
    return later;
  }

  /** Adds what another tab has, or takes over that it is over. @param {Item} news @returns {Item | null} the item if it changed */
  learn(news) {
    const item = this.#items.get(news.clientId);
    // It is kept with the other tab's `n`: what is written here from now on comes after it, in the next page as well.
    this.#nextN = Math.max(this.#nextN, news.n + 1);
    if (!item) this.append(news);
    // In flight it is this tab that will know. Back from being over it comes by a person's wish only.
    else if (item.state !== "queued" || isPending(news)) return null;
    return Object.assign(item ?? news, { state: news.state, error: news.error });
  }

  /** Adds an item, or moves one that is there, to the end. @param {Item} item */
  append(item) {
    item.n = this.#nextN++;
    this.#items.delete(item.clientId);
    this.#items.set(item.clientId, item);
  }

  /** @param {Item} item */
  remove(item) {
    this.inflight.delete(item);
    this.#items.delete(item.clientId);
  }

  /** The first item of a lane that is not over. @param {number} lane */
  head(lane) {
    return this.list().find((item) => lane === laneOf(item.operation) && isPending(item));
  }

  /** Queues an item and all behind it in its lane again, and lets the lane rest. @param {Item} item @param {number} until */
  goBack(item, until) {
    const lane = laneOf(item.operation);
    this.#rests.set(lane, until);
    for (const other of [...this.inflight])
      if (laneOf(other.operation) === lane && other.n >= item.n) this.#requeue(other);
  }

  /** Queues everything again, until the next connection; that one has no memory of what this one refused. */
  close() {
    this.window = 0;
    for (const item of [...this.inflight]) this.#requeue(item);
    for (const item of this.#items.values()) Object.assign(item, { refused: false, strays: 0 });
  }

  /** Marks as in flight, and returns, what may go now. @param {number} now @returns {Item[]} */
  launch(now) {
    const launched = [];
    const held = new Set();
    for (const item of this.#items.values()) {
      if (this.inflight.size >= this.window) break;
      const lane = laneOf(item.operation);
      if (held.has(lane) || !isPending(item)) continue;
      if (item.state === "queued") {
        if ((this.#rests.get(lane) ?? -Infinity) > now) continue;
        if (!this.#ready(item)) {
          held.add(lane);
          continue;
        }
        item.state = "inflight";
        this.inflight.add(item);
        launched.push(item);
      }
      if (item.refused || item.tries > 0) held.add(lane);
    }
    return launched;
  }

  /** When the first resting lane with something to send may go on. @param {number} now @returns {number | null} */
  wakeAt(now) {
    const times = [...this.#rests].filter(([lane, until]) => until > now && this.head(lane)).map(([, until]) => until);
    return times.length > 0 ? Math.min(...times) : null;
  }

  /** @param {Item} item */
  #requeue(item) {
    this.inflight.delete(item);
    item.state = "queued";
  }
}
