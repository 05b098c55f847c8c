import { isPending } from "./item.js";
import { laneOf } from "./operation.js";

/** @typedef {import("./item.js").Item} Item */

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

  /** @param {string} clientId */
  get(clientId) {
    return this.#items.get(clientId);
  }

  /** The items of one room, or all of them, in the order of their turns. @param {number} [room] */
  list(room) {
    return [...this.#items.values()].filter(({ operation }) => room === undefined || operation.room === room);
  }

  /** Adds an item with its own `n`, as the journal kept it. @param {Item} item */
  restore(item) {
    if (!this.#items.has(item.clientId)) this.#items.set(item.clientId, item);
    this.#nextN = Math.max(this.#nextN, item.n + 1);
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
    for (const other of [...this.inflight]) if (laneOf(other.operation) === lane && other.n >= item.n) this.#requeue(other);
  }

  /** Queues everything again; a new connection has no memory of what the old one refused. */
  goBackToStart() {
    for (const item of [...this.inflight]) this.#requeue(item);
    for (const item of this.#items.values()) Object.assign(item, { refused: false, strays: 0 });
  }

  /** Marks as in flight, and returns, what may go now with at most `window` un-acked. @param {number} window @param {number} now @returns {Item[]} */
  launch(window, now) {
    const launched = [];
    const held = new Set();
    for (const item of this.#items.values()) {
      if (this.inflight.size >= window) break;
      const lane = laneOf(item.operation);
      if (held.has(lane) || !isPending(item)) continue;
      if (item.state === "queued") {
        if ((this.#rests.get(lane) ?? -Infinity) > now) continue;
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
