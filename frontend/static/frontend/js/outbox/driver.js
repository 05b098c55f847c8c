import { newClientId } from "./items/client_id.js";
import { entryFromItem } from "./items/entry.js";
import { countsOf, isPending } from "./items/item.js";
import { obey } from "./obey.js";

/** @typedef {import("./items/item.js").Effect} Effect @typedef {import("./items/entry.js").Entry} Entry @typedef {import("./tabs/tab_message.js").Message} Message */

/**
 * Gives the pure outbox its clock, its effect runner, and its fellows: every tab has the whole outbox, and tells the other tabs
 * what it tells its own. Only the tab that leads sends, and only one whose connection is good can lead.
 */
export class OutboxDriver {
  #window = 0;
  #loaded = false;

  /**
   * @param {import("./outbox.js").Outbox} outbox
   * @param {import("./effect_runner.js").EffectRunner} runner
   * @param {(delegate: import("./tabs/tabs.js").Delegate) => import("./tabs/tabs.js").Tabs} join
   * @param {{now: () => number, alarm: (ms: number | null, ring: () => void) => void}} clock `alarm` replaces the one set before
   */
  constructor(outbox, runner, join, clock) {
    this.outbox = outbox;
    this.runner = runner;
    this.clock = clock;
    this.uploads = runner.uploads;
    this.tabs = join(this);
    this.uploads.join(this.tabs, (upload) => {
      this.#tick();
      runner.page.uploaded(upload);
    });
  }

  /** Takes over what earlier pages left; nothing is sent before. @param {Entry[]} entries */
  restore(entries) {
    this.#carryOut(this.outbox.restore(entries));
    this.#loaded = true;
    this.tabs.listen();
    this.#flush();
  }

  /** Returns at once, with the operation on record and on show. @param {import("./items/operation.js").Operation} operation @returns {string} its client id */
  enqueue(operation) {
    const clientId = newClientId();
    this.#carryOut(this.outbox.enqueue({ clientId, at: new Date().toISOString(), operation }, this.clock.now()));
    return clientId;
  }

  /** The connection is caught up and takes `window` un-acked frames. @param {number} window */
  ready(window) {
    this.#window = window;
    this.tabs.stand();
  }

  /** The connection is gone, and with it the lead: another tab's may be good. */
  closed() {
    this.#window = 0;
    this.tabs.resign();
    this.lost();
  }

  /** The server gave a sign of life. */
  heard() {
    this.#carryOut(this.outbox.heard(this.clock.now()));
  }

  /** @param {import("./items/item.js").Receipt} receipt */
  confirm(receipt) {
    if (this.outbox.has(receipt.clientId)) this.tabs.tell({ do: "sent", receipt });
    this.#carryOut(this.outbox.confirm(receipt, this.clock.now()));
  }

  /** @param {import("../connection/protocol.js").NackFrame} nack */
  refuse(nack) {
    // The server has let go of its files, which this browser still has.
    const again = nack.code === "not_ready";
    if (again) this.uploads.again(this.outbox.uploadIds(nack.client_id), true);
    this.#carryOut(this.outbox.refuse({ ...nack, retry: nack.retry || again }, this.clock.now()));
  }

  /** @param {string} clientId */
  retry(clientId) {
    this.#everywhere({ do: "retry", clientId });
  }

  /** @param {string} clientId */
  discard(clientId) {
    this.#everywhere({ do: "discard", clientId });
  }

  /** To be called about once a second. */
  watch() {
    this.uploads.tick();
    this.tabs.watch(this.#window > 0 && (this.uploads.shelf.open || this.outbox.items().some(isPending)));
  }

  /** This tab has the lead. */
  took() {
    this.tabs.tell({ do: "items", items: this.entries() });
    this.#flush();
  }

  /** Another tab took the lead away. */
  lost() {
    this.uploads.stop();
    this.outbox.closed();
  }

  /** Another tab said something. @param {Message} message */
  told(message) {
    const effects = obey(message, this.outbox, this.uploads, this.clock.now());
    // The storage is one for all tabs, and who told has saved it.
    this.#carryOut(effects.filter((effect) => effect.do !== "save"));
    if (message.do === "ask") this.runner.page.asked();
  }

  /** @param {Entry[]} items what the tab that asks has @returns {Message[]} */
  answers(items) {
    return [
      { do: "items", items: this.entries() },
      ...items.flatMap(({ clientId }) => this.outbox.outcome(clientId) ?? []),
      ...this.uploads.answers(),
    ];
  }

  /** What is in the outbox, as it is kept and told. */
  entries() {
    return this.outbox.items().map(entryFromItem);
  }

  /** Who sends, what keeps the items, and how many there are by state. */
  status() {
    return { leader: this.tabs.leads, storage: this.runner.storage.kind, ...countsOf(this.outbox.items()) };
  }

  /** @param {Message} message for this tab's outbox and for the others' */
  #everywhere(message) {
    this.tabs.tell(message);
    this.#carryOut(obey(message, this.outbox, this.uploads, this.clock.now()));
  }

  #tick() {
    this.#carryOut(this.outbox.tick(this.clock.now()));
  }

  #flush() {
    if (this.#window === 0 || !this.tabs.leads || !this.#loaded) return;
    this.uploads.start();
    this.#carryOut(this.outbox.ready(this.#window, this.clock.now()));
  }

  /** @param {Effect[]} effects */
  #carryOut(effects) {
    for (const effect of effects) this.runner.perform(effect);
    const items = effects.flatMap((effect) => (effect.do === "save" ? [entryFromItem(effect.item)] : []));
    if (items.length > 0) this.tabs.tell({ do: "items", items });
    const at = this.outbox.wakeAt(this.clock.now());
    this.clock.alarm(at === null ? null : at - this.clock.now() + 1, () => this.#tick());
  }
}
