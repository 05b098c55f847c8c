import { RESEND, halfJitter } from "../connection/backoff.js";
import { isPending, itemFromEntry, newItem } from "./item.js";
import { ACK_TIMEOUT_MS, MAX_STRAYS, MAX_TRIES, ORDER_WAIT_MS, RATE_LIMIT_WAIT_MS, SILENCE_MS } from "./limits.js";
import { Lanes } from "./lanes.js";
import { laneOf } from "./operation.js";

/** @typedef {import("./item.js").Item} Item @typedef {import("./item.js").Effect} Effect */

/**
 * The outbox as a state machine: no DOM, no timers, no I/O. Events come in as method calls with the time, what is to be done
 * comes out as effects, to be carried out in the order given. After each call, call `tick` again at `wakeAt`.
 */
export class Outbox {
  #lanes = new Lanes();
  #random;
  #window = 0;
  #heardAt = 0;
  #aliveFor = 0;

  /** @param {{random?: () => number}} [options] */
  constructor({ random = Math.random } = {}) {
    this.#random = random;
  }

  /** Takes back what an earlier page left in the journal. @param {import("./item.js").Entry[]} entries */
  restore(entries) {
    for (const entry of [...entries].sort((a, b) => a.n - b.n)) this.#lanes.restore(itemFromEntry(entry));
  }

  /** @param {import("./item.js").Draft} draft @param {number} now @returns {Effect[]} */
  enqueue(draft, now) {
    const item = newItem(draft);
    this.#lanes.append(item);
    return [{ do: "save", item }, { do: "show", item }, ...this.tick(now)];
  }

  /** The connection is caught up and takes `window` un-acked frames. @param {number} window @param {number} now */
  ready(window, now) {
    this.#window = window;
    this.#heardAt = now;
    return this.tick(now);
  }

  /** The connection is gone: what was in flight will go again, and nothing of it is anybody's fault. */
  closed() {
    this.#window = 0;
    this.#lanes.goBackToStart();
  }

  /** An ack, or the message itself seen in its room. Repeats change nothing. @param {import("./item.js").Receipt} receipt @param {number} now @returns {Effect[]} */
  confirm(receipt, now) {
    const item = this.#lanes.get(receipt.clientId);
    if (!item) return [];
    this.#lanes.remove(item);
    return [{ do: "forget", item }, { do: "sent", item, receipt }, ...this.tick(now)];
  }

  /** @param {{client_id: string, code: string, retry: boolean, after_ms?: number}} nack @param {number} now @returns {Effect[]} */
  refuse({ client_id, code, retry, after_ms = 0 }, now) {
    const item = this.#lanes.get(client_id);
    if (!item || !isPending(item)) return [];
    if (!retry) return [...this.#end(item, "rejected", code), ...this.tick(now)];
    // A late answer to a sending that has been taken back already: the item goes again anyway.
    if (item.state !== "inflight") return [];
    return [...this.#refuseForNow(item, code, after_ms, now), ...this.tick(now)];
  }

  /** Some frame arrived, so the server is alive: what it left unanswered for too long goes again. @param {number} now @returns {Effect[]} */
  heard(now) {
    this.#aliveFor += Math.min(now - this.#heardAt, SILENCE_MS);
    this.#heardAt = now;
    const overdue = [...this.#lanes.inflight].filter((item) => this.#aliveFor - item.sentAt >= ACK_TIMEOUT_MS);
    // Going back to one takes back the rest of its lane, which is not to blame: hence the second look.
    const effects = overdue.flatMap((item) => (item.state === "inflight" ? this.#spendTry(item, "timeout", 0, now) : []));
    return [...effects, ...this.tick(now)];
  }

  /** A person asks for another round: same client id, full budget, at the end of the lane. @param {string} clientId @param {number} now @returns {Effect[]} */
  retry(clientId, now) {
    const item = this.#lanes.get(clientId);
    if (item?.state !== "failed") return [];
    this.#lanes.append(Object.assign(item, newItem(item)));
    return [{ do: "save", item }, { do: "show", item }, ...this.tick(now)];
  }

  /** A person gives up on what failed or was rejected. @param {string} clientId @returns {Effect[]} */
  discard(clientId) {
    const item = this.#lanes.get(clientId);
    if (!item || isPending(item)) return [];
    this.#lanes.remove(item);
    return [{ do: "forget", item }, { do: "removed", item }];
  }

  /** Sends what may go now. @param {number} now @returns {Effect[]} */
  tick(now) {
    return this.#lanes.launch(this.#window, now).map((item) => {
      item.sentAt = this.#aliveFor;
      return { do: "send", item };
    });
  }

  /** @param {number} now @returns {number | null} */
  wakeAt(now) {
    return this.#window > 0 ? this.#lanes.wakeAt(now) : null;
  }

  /** What the server does not have yet, of one room or of all. @param {number} [room] */
  items(room) {
    return this.#lanes.list(room);
  }

  /** True while an answer is due. */
  get waiting() {
    return this.#lanes.inflight.size > 0;
  }

  /** @param {Item} item @param {string} code @param {number} afterMs @param {number} now @returns {Effect[]} */
  #refuseForNow(item, code, afterMs, now) {
    const head = (code === "order" && this.#lanes.head(laneOf(item.operation))) || item;
    if (code !== "order") item.refused = true;
    if (code === "order") this.#lanes.goBack(head, now + Math.max(afterMs, ORDER_WAIT_MS));
    else if (code === "rate_limited") this.#lanes.goBack(item, now + (afterMs || RATE_LIMIT_WAIT_MS));
    else return this.#spendTry(item, code, afterMs, now);
    // Out of order with nothing ahead of it: the server waits for something that will not come on this connection.
    return code === "order" && head === item && ++item.strays >= MAX_STRAYS ? this.#startAfresh() : [];
  }

  /** @param {Item} item @param {string} code @param {number} afterMs @param {number} now @returns {Effect[]} */
  #spendTry(item, code, afterMs, now) {
    item.tries += 1;
    const over = item.tries >= MAX_TRIES;
    const wait = over ? 0 : Math.max(afterMs, halfJitter(RESEND, item.tries - 1, this.#random));
    this.#lanes.goBack(item, now + wait);
    if (!over) return [];
    return [...this.#end(item, "failed", code), ...(item.refused ? this.#startAfresh() : [])];
  }

  /** The server holds the lane for an item that will not come again: only a new connection forgets that. @returns {Effect[]} */
  #startAfresh() {
    this.closed();
    return [{ do: "reconnect" }];
  }

  /** @param {Item} item @param {"failed" | "rejected"} state @param {string} error @returns {Effect[]} */
  #end(item, state, error) {
    this.#lanes.inflight.delete(item);
    Object.assign(item, { state, error });
    return [{ do: "save", item }, { do: "show", item }];
  }
}
