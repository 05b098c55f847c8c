import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { entryFromItem } from "../../frontend/static/frontend/js/outbox/items/entry.js";
import { newItem } from "../../frontend/static/frontend/js/outbox/items/item.js";
import { OutboxJournal } from "../../frontend/static/frontend/js/outbox/storage/journal.js";
import { FakeStorage, draft } from "./support.js";

let storage;
const journal = (user = 1) => new OutboxJournal(() => storage, user);
const entry = (id, more = {}) => ({ ...entryFromItem(newItem(draft(id), 1)), ...more });
const kept = (journal) =>
  journal
    .load()
    .map(({ clientId }) => clientId)
    .sort();
beforeEach(() => {
  storage = new FakeStorage();
});

test("what is saved is there for the next page", () => {
  journal().save(entry("a"));
  journal().save(entry("b", { state: "failed", error: "busy" }));
  assert.deepEqual(kept(journal()), ["a", "b"]);
  assert.deepEqual(
    journal()
      .load()
      .find(({ clientId }) => clientId === "b"),
    entry("b", { state: "failed", error: "busy" }),
  );
});

test("nobody gets what somebody else wrote, whatever the user ids", () => {
  journal(1).save(entry("a"));
  assert.deepEqual(journal(2).load(), []);
  assert.deepEqual(journal(11).load(), []);
  assert.equal(journal(1).load().length, 1);
});

test("forgetting removes one entry and leaves the rest of the storage alone", () => {
  storage.setItem("theme", "dark");
  for (const id of ["a", "b"]) journal().save(entry(id));
  journal().forget("a");
  assert.deepEqual(kept(journal()), ["b"]);
  assert.equal(storage.getItem("theme"), "dark");
});

test("an entry that has changed is not released", () => {
  journal().save(entry("a", { state: "failed" }));
  journal().release(entry("a"));
  assert.ok(journal().has("a"));
  journal().release(entry("a", { state: "failed" }));
  assert.ok(!journal().has("a"));
});

test("a full storage keeps what it has and says that it did not take more", () => {
  journal().save(entry("a"));
  storage.broken = true;
  assert.equal(journal().save(entry("b")), false);
  assert.deepEqual(kept(journal()), ["a"]);
});

test("a storage that throws when it is merely named is a blocked one", () => {
  const blocked = new OutboxJournal(() => {
    throw new DOMException("no", "SecurityError");
  }, 1);
  assert.equal(blocked.load(), null);
  assert.equal(blocked.save(entry("a")), false);
  blocked.forget("a");
});

test("a damaged entry does not keep the others from being sent", () => {
  storage.setItem("posthorn:outbox:1:x", "{not json");
  storage.setItem("posthorn:outbox:1:y", "null");
  storage.setItem("posthorn:outbox:1:z", '{"clientId": "z"}');
  storage.setItem("posthorn:outbox:1:w", '{"clientId": "w", "n": 1, "operation": {"kind": "confetti", "room": 1}}');
  journal().save(entry("a"));
  assert.deepEqual(kept(journal()), ["a"]);
});
