import { AliveClock } from "./alive_clock.js";
import { itemFromEntry } from "./items/entry.js";
import { forget, isPending, newItem, save, show } from "./items/item.js";
import { Lanes } from "./lanes.js";
import { ACK_TIMEOUT_MS } from "./limits.js";
import { filesOf, uploadIdsOf } from "./items/operation.js";
import { Setbacks } from "./setbacks.js";

/** @typedef {import("./items/item.js").Item} Item @typedef {import("./items/item.js").Effect} Effect @typedef {import("./items/entry.js").Entry} Entry */

/** @type {import("./setbacks.js").Files} */
const ALL_THERE = { ready: () => true, trouble: () => null };

/**
 * The outbox as a state machine: no DOM, no timers, no I/O. Events come in as method calls with the time, what is to be done
 * comes out as effects, to be carried out in the order given. After each call, call `tick` again at `wakeAt`.
 */
export class Outbox {
  #lanes;
  #setbacks;
  /** How each ended that this page knows to be over. @type {Map<string, import("./items/item.js").Outcome>} */
  #done = new Map();
  #alive = new AliveClock();

  /** @param {{random?: () => number, files?: import("./setbacks.js").Files}} [options] */
  constructor({ random = Math.random, files = ALL_THERE } = {}) {
    this.#lanes = new Lanes((item) => files.ready(filesOf(item.operation)));
    this.#setbacks = new Setbacks(this.#lanes, random, files);
  }

  /** Takes back what earlier pages left. It was written before anything this page has. @param {Entry[]} entries @returns {Effect[]} */
  restore(entries) {
    const unknown = entries
      .filter(({ clientId }) => !this.has(clientId))
      .sort((a, b) => a.n - b.n)
      .map(itemFromEntry);
    const items = unknown.filter(({ clientId }) => !this.#done.has(clientId));
    const gone = unknown.filter(({ clientId }) => this.#done.has(clientId));
    const moved = items.length > 0 ? this.#lanes.restore(items) : [];
    return [...gone.map(forget), ...moved.map(save), ...items.map((item) => ({ ...show(item), restored: true }))];
  }

  /** Learns what is in the outbox of another tab, whose business it is to save it. @param {Entry[]} entries @param {number} now @returns {Effect[]} */
  adopt(entries, now) {
    const open = entries.filter(({ clientId }) => !this.#done.has(clientId));
    const news = open.flatMap((entry) => this.#lanes.learn(itemFromEntry(entry)) ?? []);
    return [...news.map(show), ...this.tick(now)];
  }

  /** @param {import("./items/item.js").Draft} draft @param {number} now @returns {Effect[]} */
  enqueue(draft, now) {
    const item = newItem(draft);
    this.#lanes.append(item);
    return [save(item), show(item), ...this.tick(now)];
  }

  /** The connection is caught up and takes `window` un-acked frames. @param {number} window @param {number} now */
  ready(window, now) {
    this.#lanes.window = window;
    this.#alive.start(now);
    return this.tick(now);
  }

  /** The connection is gone: what was in flight will go again, and nothing of it is anybody's fault. */
  closed() {
    this.#lanes.close();
  }

  /** An ack, or the message itself seen in its room. Repeats change nothing. @param {import("./items/item.js").Receipt} receipt @param {number} now @returns {Effect[]} */
  confirm(receipt, now) {
    const item = this.#lanes.get(receipt.clientId);
    this.#done.set(receipt.clientId, { do: "sent", receipt });
    if (!item) return [];
    this.#lanes.remove(item);
    return [forget(item), { do: "sent", item, receipt }, ...this.tick(now)];
  }

  /** @param {{client_id: string, code: string, retry: boolean, after_ms?: number}} nack @param {number} now @returns {Effect[]} */
  refuse({ client_id, code, retry, after_ms = 0 }, now) {
    const item = this.#lanes.get(client_id);
    if (!item || !isPending(item)) return [];
    if (!retry) return [...this.#setbacks.end(item, "rejected", code), ...this.tick(now)];
    // A late answer to a sending that has been taken back already: the item goes again anyway.
    if (item.state !== "inflight") return [];
    return [...this.#setbacks.refused(item, code, after_ms, now), ...this.tick(now)];
  }

  /** Some frame arrived, so the server is alive: what it left unanswered for too long goes again. @param {number} now @returns {Effect[]} */
  heard(now) {
    this.#alive.heard(now);
    const overdue = [...this.#lanes.inflight].filter((item) => this.#alive.time - item.sentAt >= ACK_TIMEOUT_MS);
    // Going back to one takes back the rest of its lane, which is not to blame: hence the second look.
    const effects = overdue.flatMap((item) =>
      item.state === "inflight" ? this.#setbacks.spendTry(item, "timeout", 0, now) : [],
    );
    return [...effects, ...this.tick(now)];
  }

  /** A person asks for another round: same client id, full budget, at the end of the lane. @param {string} clientId @param {number} now @returns {Effect[]} */
  retry(clientId, now) {
    const item = this.#lanes.get(clientId);
    if (item?.state !== "failed") return [];
    this.#lanes.append(Object.assign(item, newItem(item)));
    return [save(item), show(item), ...this.tick(now)];
  }

  /** A person gives up on what is not on its way. @param {string} clientId @param {number} now @returns {Effect[]} */
  discard(clientId, now) {
    const item = this.#lanes.get(clientId);
    if (!item || item.state === "inflight") return [];
    this.#lanes.remove(item);
    this.#done.set(clientId, { do: "discard", clientId });
    return [forget(item), { do: "removed", item }, ...this.tick(now)];
  }

  /** Sends what may go now, and gives up what waits for files that will not come. @param {number} now @returns {Effect[]} */
  tick(now) {
    const over = this.#lanes.window > 0 ? this.#setbacks.withoutFiles() : [];
    const launched = this.#lanes.launch(now);
    for (const item of launched) item.sentAt = this.#alive.time;
    return [...over, ...launched.map((item) => /** @type {Effect} */ ({ do: "send", item }))];
  }

  /** @param {number} now @returns {number | null} */
  wakeAt(now) {
    return this.#lanes.window > 0 ? this.#lanes.wakeAt(now) : null;
  }

  /** What the server does not have yet, of one room or of all. @param {number} [room] */
  items(room) {
    return this.#lanes.list(room);
  }

  /** What waits for a person, of one room or of all. @param {number} [room] */
  stuck(room) {
    return this.#lanes.list(room).filter((item) => !isPending(item));
  }

  /** How something ended that is in the outbox no more. @param {string} clientId */
  outcome(clientId) {
    return this.#done.get(clientId);
  }

  /** @param {string} clientId */
  has(clientId) {
    return this.#lanes.get(clientId) !== undefined;
  }

  /** Of the files of an item. @param {string} clientId */
  uploadIds(clientId) {
    const item = this.#lanes.get(clientId);
    return item ? uploadIdsOf(item.operation) : [];
  }

  /** True while an answer is due. */
  get waiting() {
    return this.#lanes.inflight.size > 0;
  }
}
