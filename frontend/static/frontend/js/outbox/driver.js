import { newClientId } from "./client_id.js";
import { notSent } from "../page/explanations.js";
import { isPending } from "./item.js";

/** @typedef {import("./item.js").Item} Item @typedef {import("./item.js").Effect} Effect */
/** @typedef {import("./item.js").Receipt} Receipt */

/**
 * @typedef {object} World what the outbox's effects act on
 * @property {() => number} now
 * @property {(item: Item) => void} send
 * @property {() => void} reconnect
 * @property {(item: Item) => void} show
 * @property {(item: Item, receipt: Receipt) => void} sent
 * @property {(item: Item) => void} removed
 * @property {(name: "queued" | "sent" | "failed", item: Item, detail: object) => void} tell
 */

/** Gives the pure outbox its clock, its journal and its hands. */
export class OutboxDriver {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {import("./outbox.js").Outbox} outbox @param {import("./journal.js").OutboxJournal} journal @param {World} world */
  constructor(outbox, journal, world) {
    this.outbox = outbox;
    this.journal = journal;
    this.world = world;
    outbox.restore(journal.load());
  }

  /** Returns at once, with the operation on record and on show. @param {import("./operation.js").Operation} operation @returns {string} its client id */
  enqueue(operation) {
    const clientId = newClientId();
    this.#carryOut(this.outbox.enqueue({ clientId, at: new Date().toISOString(), operation }, this.world.now()));
    return clientId;
  }

  /** @param {number} window */
  ready(window) {
    this.#carryOut(this.outbox.ready(window, this.world.now()));
  }

  closed() {
    this.outbox.closed();
  }

  heard() {
    this.#carryOut(this.outbox.heard(this.world.now()));
  }

  /** @param {Receipt} receipt */
  confirm({ clientId, id, room, seq, at }) {
    this.#carryOut(this.outbox.confirm({ clientId, id, room, seq, at }, this.world.now()));
  }

  /** @param {import("../connection/protocol.js").NackFrame} nack */
  refuse(nack) {
    this.#carryOut(this.outbox.refuse(nack, this.world.now()));
  }

  /** @param {string} clientId */
  retry(clientId) {
    this.#carryOut(this.outbox.retry(clientId, this.world.now()));
  }

  /** @param {string} clientId */
  discard(clientId) {
    this.#carryOut(this.outbox.discard(clientId));
  }

  /** Counts by state, for the status line and for debugging. */
  status() {
    const counts = { queued: 0, inflight: 0, failed: 0, rejected: 0 };
    for (const { state } of this.outbox.items()) counts[state] += 1;
    return counts;
  }

  /** @param {Effect[]} effects */
  #carryOut(effects) {
    for (const effect of effects) this.#perform(effect);
    clearTimeout(this.#timer);
    const at = this.outbox.wakeAt(this.world.now());
    if (at !== null) this.#timer = setTimeout(() => this.#carryOut(this.outbox.tick(this.world.now())), at - this.world.now() + 1);
  }

  /** @param {Effect} effect */
  #perform(effect) {
    switch (effect.do) {
      case "save":
        return void this.journal.save(effect.item);
      case "forget":
        return this.journal.forget(effect.item.clientId);
      case "show":
        this.world.show(effect.item);
        return this.#tellShown(effect.item);
      case "sent":
        this.world.sent(effect.item, effect.receipt);
        return this.#tell("sent", effect.item, { serverId: effect.receipt.id });
      case "removed":
        return this.world.removed(effect.item);
      case "send":
        return this.world.send(effect.item);
      case "reconnect":
        return this.world.reconnect();
    }
  }

  /** @param {Item} item */
  #tellShown(item) {
    if (isPending(item)) this.#tell("queued", item, {});
    else this.#tell("failed", item, { error: notSent(item.error) });
  }

  /** @param {"queued" | "sent" | "failed"} name @param {Item} item @param {object} more */
  #tell(name, item, more) {
    this.world.tell(name, item, { clientId: item.clientId, roomId: item.operation.room, ...more });
  }
}
