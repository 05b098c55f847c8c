/**
 * The order of a room against a model of the world: pages, events and acks come in any order, connections break, the history is
 * begun anew, and the reader goes anywhere. What is shown is always the log, and then what is not confirmed.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Order } from "../../frontend/static/frontend/js/timeline/order.js";
import { RoomWorld, throughStorms } from "./window_support.js";

const PAGE = 20;

class World extends RoomWorld {
  order;
  /** Messages of the log that are the reader's, by seq: the turn they had. */
  mine = new Map();
  turns = 0;
  /** The reader's own on the page, by turn: not forgotten before they are let go of. */
  shown = new Map();
  /** Written, and not at the server; at the server, and not acknowledged. */
  unsent = [];
  acks = [];
  notHeld = 0;

  constructor(seed) {
    const order = new Order();
    super(seed, order.window, PAGE);
    this.order = order;
    this.happen(this.below(200));
    this.cursor = this.head;
  }

  write() {
    const own = { seq: null, turn: ++this.turns };
    this.shown.set(own.turn, own);
    this.unsent.push(own.turn);
    this.order.wait(own);
  }

  /** One that had failed is tried again: its turn is behind all others. */
  retry() {
    const turn = this.unsent[this.below(this.unsent.length)];
    const own = this.shown.get(turn);
    if (!own) return;
    this.unsent = this.unsent.filter((other) => other !== turn);
    this.shown.delete(turn);
    own.turn = ++this.turns;
    this.shown.set(own.turn, own);
    this.unsent.push(own.turn);
    this.order.wait(own);
  }

  /** The server takes the next of the reader's. Its ack may be lost; it is then sent, and acknowledged, again. */
  commit() {
    const turn = this.connected && this.unsent.shift();
    if (!turn) return;
    this.log.push(++this.head);
    this.mine.set(this.head, turn);
    this.acks.push(this.head);
  }

  acknowledge() {
    const [seq] = this.connected ? this.acks.splice(this.below(this.acks.length), 1) : [];
    if (seq) this.confirm(seq);
  }

  confirm(seq) {
    const own = this.shown.get(this.mine.get(seq));
    if (own?.seq === null) this.place(Object.assign(own, { seq }));
  }

  place(own) {
    const where = this.order.confirm(own);
    if (where === "held") this.order.place(own);
    assert.ok(where === "held" || !this.window.holds(own.seq), "one that is in sight keeps its node");
    if (where === "elsewhere") this.forget(own);
    if (where === "elsewhere") this.notHeld += 1;
  }

  forget(entry) {
    this.order.drop(entry);
    this.shown.delete(entry.turn);
  }

  hear(count) {
    for (const seq of this.heard(count)) {
      this.confirm(seq);
      this.window.note(seq);
      if (this.window.holds(seq)) this.put(seq);
    }
  }

  put(seq) {
    if (this.window.entries.some((entry) => entry.seq === seq)) return;
    const known = this.shown.get(this.mine.get(seq));
    const entry = known ?? { seq, turn: this.mine.get(seq) ?? 0 };
    entry.seq = seq;
    if (this.mine.has(seq)) this.shown.set(entry.turn, entry);
    this.order.place(entry);
  }

  trim() {
    for (const entry of this.trimmed()) this.forget(entry);
  }

  deliver() {
    const page = this.arrived();
    if (!page) return;
    for (const seq of page.messages) this.confirm(seq);
    const taken = this.window.take(page);
    if (!taken) return;
    for (const entry of taken.removed) this.forget(entry);
    for (const seq of page.messages) this.put(seq);
    for (const seq of taken.missed) if (this.window.holds(seq)) this.put(seq);
    for (const own of [...this.order.waiting]) if (own.seq !== null) this.place(own);
    this.trim();
  }

  step() {
    const dice = this.random();
    const near = { top: this.reader < 20, end: this.reader > this.window.entries.length - 20 };
    if (dice < 0.08) this.happen(this.below(40));
    else if (dice < 0.16) this.write();
    else if (dice < 0.18) this.retry();
    else if (dice < 0.27) this.commit();
    else if (dice < 0.37) this.acknowledge();
    else if (dice < 0.5) this.hear(this.below(50));
    else if (dice < 0.65) this.ask(near);
    else if (dice < 0.75) this.read();
    else if (dice < 0.83) this.deliver();
    else if (dice < 0.92) this.reader = this.below(this.window.entries.length + 1);
    else if (dice < 0.94) this.window.goTo({});
    else if (dice < 0.96) this.window.goTo({ around: this.below(this.head + 1) });
    else if (dice < 0.97) this.window.spoil();
    else if (dice < 0.98) this.lose();
    else this.connected = true;
    this.trim();
  }

  check() {
    const { order, window } = this;
    const below = order.waiting.filter((own) => order.isShown(own));
    /** @type {{seq: number | null, turn?: number}[]} */
    const page = [...window.entries, ...below];
    const log = page.filter(({ seq }) => seq !== null).map(({ seq }) => seq);
    const pending = page.filter(({ seq }) => seq === null).map(({ turn }) => turn);
    assert.ok(
      page.slice(0, log.length).every(({ seq }) => seq !== null),
      "nothing of the log is below what is not confirmed",
    );
    assert.ok(
      log.every((seq, index) => index === 0 || seq > log[index - 1]),
      "the log ascends",
    );
    assert.ok(
      pending.every((turn, index) => index === 0 || turn > pending[index - 1]),
      "in the order of their turns",
    );
    const unconfirmed = [...this.shown.values()].filter(({ seq }) => seq === null).length;
    assert.equal(
      pending.length,
      window.headsForEnd ? unconfirmed : 0,
      "all that is not confirmed is at the end, and nowhere else",
    );
    if (!window.loaded || window.moving) return;
    assert.deepEqual(
      below.filter(({ seq }) => seq !== null),
      [],
      "of the log, what is held and nothing else",
    );
    const heard = Math.min(this.cursor, window.newer ? (window.last ?? 0) : Infinity);
    const piece = (seqs) => seqs.filter((seq) => seq >= (window.first ?? Infinity) && seq <= heard);
    assert.deepEqual(piece(log), piece(this.log), "without a gap");
  }

  /** The storm is over, and the reader goes to the end. */
  settle() {
    this.connected = true;
    this.window.goTo({});
    while (this.unsent.length > 0) this.commit();
    for (let n = 0; n < 20; n++) {
      this.hear(Infinity);
      this.acknowledge();
      this.ask({ top: false, end: true });
      this.read();
      this.deliver();
      this.check();
    }
    while (this.acks.length > 0) this.acknowledge();
    this.check();
    assert.deepEqual(this.order.waiting, []);
    assert.equal(this.window.last, this.log.at(-1) ?? null);
  }
}

test("whatever comes first: the log, as far as it is held, and then what is not confirmed", () => {
  const worlds = throughStorms(80, 500, (seed) => new World(seed));
  const notHeld = worlds.reduce((sum, world) => sum + world.notHeld, 0);
  assert.ok(notHeld > 100, `only ${notHeld} belonged elsewhere`);
});

test("a message that turns out to be older than what is held is not put below it", () => {
  const order = new Order();
  const own = { seq: null, turn: 1 };
  order.wait(own);
  order.window.asking(order.window.next({ top: false, end: true }));
  order.window.take({ more: true });
  for (const seq of [101, 102]) order.place({ seq });
  own.seq = 6;
  assert.equal(order.confirm(own), "elsewhere");
  assert.deepEqual(order.waiting, []);
});

test("what was written on an earlier page, and is restored late, stands above what was written since", () => {
  const order = new Order();
  const [earlier, now] = [
    { seq: null, turn: 1 },
    { seq: null, turn: 2 },
  ];
  order.wait(now);
  order.wait(earlier);
  assert.deepEqual(order.waiting, [earlier, now]);
});
