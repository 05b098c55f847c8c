import assert from "node:assert/strict";
import { test } from "node:test";
import { grouped } from "../../frontend/static/frontend/js/rooms/room_order.js";
import { Online } from "../../frontend/static/frontend/js/people/online.js";
import {
  BELIEVED_MS,
  TELL_EVERY_MS,
  TypingList,
  TypingSignal,
  typingSentence,
} from "../../frontend/static/frontend/js/people/typing.js";

/** @param {import("../../frontend/static/frontend/js/connection/protocol.js").Room["kind"]} [kind] @returns {import("../../frontend/static/frontend/js/connection/protocol.js").Room} */
const room = (id, name, active_at, kind = "open") => ({ id, name, kind, active_at, head: 1, read_seq: 0, unread: 0 });
const names = (rooms) => rooms.map(({ name }) => name);

test("rooms and direct messages stand apart, each with the newest first, whatever way a time is written", () => {
  const { rooms, direct } = grouped([
    room(1, "old", "2026-11-20T10:00:00Z"),
    room(2, "Bob", "2026-11-22T10:00:00.000Z", "direct"),
    room(3, "newest", "2026-11-22T10:00:00.100Z"),
    room(4, "new", "2026-11-22T10:00:00Z", "closed"),
    room(5, "Ann", "2026-11-22T11:00:00.000Z", "direct"),
  ]);
  assert.deepEqual(names(rooms), ["newest", "new", "old"]);
  assert.deepEqual(names(direct), ["Ann", "Bob"]);
});

test("rooms that moved at the same time stand by name", () => {
  const at = "2026-11-22T10:00:00Z";
  assert.deepEqual(names(grouped([room(1, "b", at), room(2, "ä", at), room(3, "a", at), room(4, "a", at)]).rooms), [
    "a",
    "a",
    "ä",
    "b",
  ]);
});

test("who is there is told once, though the news come for each room, and oneself always is", () => {
  let told = 0;
  const online = new Online(1, () => (told += 1));
  online.welcome([2, 3]);
  assert.deepEqual(
    [1, 2, 3, 4].map((id) => online.has(id)),
    [true, true, true, false],
  );
  for (const state of /** @type {const} */ (["offline", "offline", "online"]))
    online.heard({ type: "presence", room: 7, user: { id: 2, name: "Bob" }, state });
  assert.equal(told, 3);
  online.heard({ type: "presence", room: 7, user: { id: 3, name: "Carla" }, state: "offline" });
  assert.deepEqual(
    [2, 3].map((id) => online.has(id)),
    [true, false],
  );
});

const ann = { id: 2, name: "Ann" };
const bob = { id: 3, name: "Bob" };

test("people write where they write, until their message comes or nothing more is heard", () => {
  const typing = new TypingList();
  typing.heard(7, ann, 0);
  typing.heard(7, bob, 1_000);
  assert.deepEqual(typing.names(7, 1_000), ["Ann", "Bob"]);
  assert.deepEqual(typing.names(8, 1_000), []);
  typing.stopped(7, ann.id);
  assert.deepEqual(typing.names(7, 1_000), ["Bob"]);
  typing.heard(7, bob, 3_000);
  assert.deepEqual(typing.names(7, 2_999 + BELIEVED_MS), ["Bob"]);
  assert.deepEqual(typing.names(7, 3_000 + BELIEVED_MS), []);
  typing.stopped(9, ann.id);
});

test("the line names one or two, and no more", () => {
  assert.equal(typingSentence([]), "");
  assert.equal(typingSentence(["Ann"]), "Ann is writing…");
  assert.equal(typingSentence(["Ann", "Bob"]), "Ann and Bob are writing…");
  assert.equal(typingSentence(["Ann", "Bob", "Carla"]), "Several people are writing…");
});

test("one tells at once and then seldom that one writes, in each room anew", () => {
  const signal = new TypingSignal();
  assert.equal(signal.typed(7, 0), true);
  assert.equal(signal.typed(7, TELL_EVERY_MS - 1), false);
  assert.equal(signal.typed(7, TELL_EVERY_MS), true);
  assert.equal(signal.typed(8, TELL_EVERY_MS + 1), true);
  assert.ok(TELL_EVERY_MS < BELIEVED_MS, "who goes on writing is seen to");
});
