import assert from "node:assert/strict";
import { test } from "node:test";
import { UnreadCounts } from "../../frontend/static/frontend/js/rooms/unread_counts.js";

test("a count that was made before a message came does not take it away", () => {
  const counts = new UnreadCounts();
  const room = { id: 7, head: 10, unread: counts.total({ id: 7, head: 10, unread: 3 }) };
  room.unread = counts.came(room, 11);
  room.unread = counts.came(room, 12);
  assert.equal(room.unread, 5);
  assert.equal(counts.total({ id: 7, head: 11, unread: 0 }), 1);
  assert.equal(counts.total({ id: 7, head: 12, unread: 0 }), 0);
});

test("what the server has counted is not counted again when it comes", () => {
  const counts = new UnreadCounts();
  assert.equal(counts.came({ id: 7, head: 10, unread: 3 }, 10), 3);
  assert.equal(counts.total({ id: 7, head: 9, unread: 2 }), 2);
});

test("each room has its own, and what was read is forgotten", () => {
  const counts = new UnreadCounts();
  counts.came({ id: 7, head: 10, unread: 0 }, 11);
  assert.equal(counts.total({ id: 8, head: 10, unread: 0 }), 0);
  counts.clear(7);
  assert.equal(counts.total({ id: 7, head: 10, unread: 0 }), 0);
});
