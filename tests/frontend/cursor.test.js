import assert from "node:assert/strict";
import { test } from "node:test";
import { CatchUp } from "../../frontend/static/frontend/js/connection/catch_up.js";
import { RoomCursor } from "../../frontend/static/frontend/js/connection/room_cursor.js";
import { seeded } from "./support.js";

/** @returns {any} an `events` frame, with as much of each event as a cursor looks at */
const frame = (from, to, more = false, room = 1) => ({
  type: "events",
  room,
  from,
  to,
  more,
  events: Array.from({ length: to - from + 1 }, (_, index) => ({ seq: from + index, kind: "message" })),
});
const seqs = (taken) => taken.fresh.map((event) => event.seq);
/** @returns {any} as much of a `welcome` as catching up looks at */
const welcome = (epoch, ...heads) => ({
  type: "welcome",
  epoch,
  rooms: heads.map((head, index) => ({ id: index + 1, head })),
});

test("the next events are applied, those known already are not", () => {
  const cursor = new RoomCursor(10);
  assert.deepEqual(seqs(cursor.take(frame(11, 13), 0)), [11, 12, 13]);
  assert.deepEqual(seqs(cursor.take(frame(12, 15), 0)), [14, 15]);
  assert.deepEqual(seqs(cursor.take(frame(1, 15), 0)), []);
  assert.equal(cursor.last, 15);
});

test("a gap is not applied but asked for, once until there is time for an answer", () => {
  const cursor = new RoomCursor(10);
  assert.deepEqual(cursor.take(frame(13, 14), 0), { fresh: [], sync: true });
  assert.deepEqual(cursor.take(frame(15, 15), 100), { fresh: [], sync: false });
  assert.deepEqual(cursor.take(frame(16, 16), 5000), { fresh: [], sync: true });
  assert.deepEqual(seqs(cursor.take(frame(11, 16), 5100)), [11, 12, 13, 14, 15, 16]);
});

test("more behind a frame is asked for", () => {
  const cursor = new RoomCursor(0);
  assert.equal(cursor.take(frame(1, 200, true), 0).sync, true);
  assert.equal(cursor.take(frame(201, 250), 1).sync, false);
});

test("any mixture of lost, doubled and late frames ends with exactly the log", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seeded(seed);
    const cursor = new RoomCursor(0);
    const applied = [];
    const wire = [];
    for (let at = 1; at <= 60; ) {
      const to = Math.min(60, at + Math.floor(random() * 4));
      wire.push(frame(at, to));
      at = to + 1;
    }
    for (let now = 0, steps = 0; cursor.last < 60; now += 1000) {
      assert.ok(++steps < 2000, `seed ${seed}: no end`);
      const [next] = wire.length ? wire.splice(Math.floor(random() * Math.min(3, wire.length)), 1) : [frame(60, 60)];
      if (random() < 0.3) continue;
      if (random() < 0.3) wire.push(next);
      const { fresh, sync } = cursor.take(next, now);
      applied.push(...fresh.map((event) => event.seq));
      if (sync) wire.unshift(frame(cursor.last + 1, Math.min(60, cursor.last + 10), cursor.last + 10 < 60));
    }
    assert.deepEqual(
      applied,
      Array.from({ length: 60 }, (_, index) => index + 1),
    );
  }
});

test("the first welcome sets the cursors to the heads, and nothing is due", () => {
  const catchUp = new CatchUp();
  catchUp.welcome(welcome("e1", 10, 20), new Map());
  assert.ok(catchUp.done);
  assert.deepEqual(
    catchUp.positions(() => true),
    [
      [1, 10],
      [2, 20],
    ],
  );
});

test("only rooms on show are followed from one connection to the next", () => {
  const catchUp = new CatchUp();
  catchUp.welcome(welcome("e1", 10, 20), new Map());
  const named = new Map(catchUp.positions((room) => room === 1));
  catchUp.welcome(welcome("e1", 15, 25), named);
  assert.deepEqual(
    catchUp.positions(() => true),
    [
      [1, 10],
      [2, 25],
    ],
  );
  assert.ok(!catchUp.done);
  catchUp.take(frame(11, 14), 0);
  assert.ok(!catchUp.done);
  catchUp.take(frame(15, 15), 0);
  assert.ok(catchUp.done);
});

test("a reset counts as caught up", () => {
  const catchUp = new CatchUp();
  catchUp.welcome(welcome("e1", 10), new Map());
  catchUp.welcome(welcome("e1", 12), new Map([[1, 10]]));
  catchUp.reset(1, 12);
  assert.ok(catchUp.done);
});

test("another epoch: cursors are void and the rooms on show are loaded anew", () => {
  const catchUp = new CatchUp();
  catchUp.welcome(welcome("e1", 10), new Map());
  assert.deepEqual(catchUp.welcome(welcome("e2", 4), new Map([[1, 10]])), [1]);
  assert.ok(catchUp.done);
  assert.deepEqual(
    catchUp.positions(() => true),
    [[1, 4]],
  );
});

test("a room that was left is not waited for", () => {
  const catchUp = new CatchUp();
  catchUp.welcome(welcome("e1", 10, 20), new Map());
  catchUp.welcome(
    welcome("e1", 12, 20),
    new Map([
      [1, 10],
      [2, 20],
    ]),
  );
  catchUp.follow([{ id: 2, head: 20 }]);
  assert.ok(catchUp.done);
});

test("who comes back to a room, or finds it anew, has to load what they held of it", () => {
  const catchUp = new CatchUp();
  assert.deepEqual(catchUp.welcome(welcome("e1", 10, 20), new Map()), [1, 2]);
  assert.deepEqual(catchUp.follow([{ id: 2, head: 20 }]), []);
  assert.deepEqual(
    catchUp.follow([
      { id: 1, head: 14 },
      { id: 2, head: 20 },
    ]),
    [1],
  );
  catchUp.follow([{ id: 2, head: 20 }]);
  assert.deepEqual(catchUp.welcome(welcome("e1", 18, 22), new Map([[2, 20]])), [1]);
});
