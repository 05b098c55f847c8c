/**
 * The window on a room's history against a model of the world: a log that grows while pages are on their way, a connection that
 * breaks, and a reader who goes anywhere. What must hold whatever happens: no gap, no double, a bounded size, and an end in sight.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { HistoryWindow, REACH } from "../../frontend/static/frontend/js/timeline/history_window.js";
import { RoomWorld, throughStorms } from "./window_support.js";

const PAGE = 50;

class World extends RoomWorld {
  dropped = 0;

  constructor(seed) {
    super(seed, new HistoryWindow(), PAGE);
    this.happen(this.below(2000));
    this.cursor = this.head;
  }

  hear(count) {
    for (const seq of this.heard(count)) {
      this.window.note(seq);
      this.put(seq);
    }
  }

  /** The ack of a message of one's own, which may come before the events ahead of it. */
  acknowledge() {
    const seq = this.log.at(-1 - this.below(5));
    if (this.connected && seq > this.cursor) this.put(seq);
  }

  put(seq) {
    if (this.window.holds(seq)) this.insert(seq);
    this.trim();
  }

  insert(seq) {
    if (!this.window.entries.some((entry) => entry.seq === seq)) this.window.insert({ seq });
  }

  trim() {
    this.dropped += this.trimmed().length;
    assert.ok(this.reader >= 0, "the reader's own line stays");
  }

  deliver() {
    const page = this.arrived();
    const taken = page && this.window.take(page);
    if (!taken) return;
    if (taken.removed.length > 0) this.reader = 0;
    const above = page.messages.filter((seq) => seq < (this.window.first ?? 0)).length;
    for (const seq of page.messages) this.insert(seq);
    this.reader += above;
    for (const seq of taken.missed) this.put(seq);
    this.trim();
  }

  step() {
    const dice = this.random();
    const near = { top: this.reader < 40, end: this.reader > this.window.entries.length - 40 };
    if (dice < 0.2) this.happen(this.below(60));
    else if (dice < 0.38) this.hear(this.below(80));
    else if (dice < 0.4) this.acknowledge();
    else if (dice < 0.6) this.ask(near);
    else if (dice < 0.7) this.read();
    else if (dice < 0.8) this.deliver();
    else if (dice < 0.92) this.reader = this.below(this.window.entries.length + 1);
    else if (dice < 0.94) this.window.goTo({});
    else if (dice < 0.96) this.window.goTo({ around: this.below(this.head + 1) });
    else if (dice < 0.97) this.window.spoil();
    else if (dice < 0.98) this.lose();
    else this.connected = true;
    this.trim();
  }

  check() {
    const seqs = this.window.entries.map(({ seq }) => seq);
    assert.ok(seqs.length <= 2 * REACH + 1, `${seqs.length} are held`);
    if (!this.window.loaded) return;
    assert.ok(
      seqs.every((seq, index) => index === 0 || seq > seqs[index - 1]),
      "in order, and no double",
    );
    // Pages and acks may be ahead of the events; what is between them and the cursor is still to come.
    const last = this.window.newer ? Math.min(this.cursor, this.window.last ?? 0) : this.cursor;
    const heard = (all) => all.filter((seq) => seq >= (this.window.first ?? 0) && seq <= last);
    assert.deepEqual(heard(seqs), heard(this.log), "no gap");
    if (!this.window.older && seqs.length > 0) assert.equal(seqs[0], this.log[0], "the beginning is the beginning");
  }

  /** The storm is over: the reader wants to see the newest message, and then the first one. */
  settle() {
    this.connected = true;
    const turn = (near) => {
      this.hear(Infinity);
      this.ask(near);
      this.read();
      this.deliver();
      this.check();
    };
    this.window.goTo({});
    for (let n = 0; n < 10 || this.window.newer; n++) {
      assert.ok(n < 20, "the end is reached");
      turn({ top: false, end: true });
    }
    assert.equal(this.window.last, this.log.at(-1) ?? null);
    for (let n = 0; this.window.older; n++) {
      assert.ok(n < 1000, "the beginning is reached");
      this.reader = 0;
      turn({ top: true, end: false });
    }
    assert.equal(this.window.first, this.log[0] ?? null);
  }
}

test("whatever the reader, the others and the network do: no gap, no double, never too much", () => {
  const worlds = throughStorms(60, 600, (seed) => new World(seed));
  const dropped = worlds.reduce((sum, world) => sum + world.dropped, 0);
  assert.ok(dropped > 1000, `only ${dropped} entries were let go of`);
});

test("a page that nobody waits for any more changes nothing", () => {
  const window = new HistoryWindow();
  assert.equal(window.take({ more: true }), null);
  window.asking(window.next({ top: false, end: false }));
  window.goTo({ around: 7 });
  assert.equal(window.take({ more: true }), null);
  assert.deepEqual(window.next({ top: true, end: true }), { around: 7 });
});

test("what happens while the newest page is on its way is told again after it, and goes in", () => {
  const window = new HistoryWindow();
  window.asking(window.next({ top: false, end: false }));
  window.note("a message");
  assert.equal(window.holds(8), false);
  assert.deepEqual(window.take({ more: false }), { moved: true, removed: [], missed: ["a message"] });
  assert.equal(window.holds(8), true);
});

test("a page that no longer joins what is held, since that has been let go of, is not taken", () => {
  const window = new HistoryWindow();
  window.asking(window.next({ top: false, end: false }));
  window.take({ more: true });
  for (let seq = 101; seq <= 101 + 2 * REACH; seq++) window.insert({ seq });
  window.asking(window.next({ top: true, end: false }));
  const above = window.trim(window.entries.length - 1);
  assert.equal(above[0].seq, 101);
  assert.equal(window.take({ more: true }), null);
  assert.deepEqual(window.next({ top: true, end: false }), { before: window.first });
});
