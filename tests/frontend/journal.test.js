import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { newItem } from "../../frontend/static/frontend/js/outbox/item.js";
import { OutboxJournal } from "../../frontend/static/frontend/js/outbox/journal.js";
import { Outbox } from "../../frontend/static/frontend/js/outbox/outbox.js";
import { FakeStorage, draft } from "./support.js";

let storage, troubles;
const journal = (user = 1) => new OutboxJournal(() => storage, user, () => (troubles += 1));
beforeEach(() => {
  storage = new FakeStorage();
  troubles = 0;
});

test("what is saved is there for the next page, in the order of writing", () => {
  journal().save(newItem(draft("b"), 2));
  journal().save(newItem(draft("a"), 1));
  assert.deepEqual(journal().load().map((entry) => entry.clientId), ["a", "b"]);
});

test("a message that was in flight when the page went is sent again", () => {
  const item = { ...newItem(draft("a"), 1), state: "inflight" };
  journal().save(item);
  const outbox = new Outbox();
  outbox.restore(journal().load());
  assert.equal(outbox.ready(64, 0)[0].item.clientId, "a");
});

test("a failed message is there after a reload, with its reason", () => {
  journal().save({ ...newItem(draft("a"), 1), state: "failed", error: "busy" });
  const outbox = new Outbox();
  outbox.restore(journal().load());
  assert.deepEqual(outbox.items().map(({ state, error }) => [state, error]), [["failed", "busy"]]);
  assert.deepEqual(outbox.ready(64, 0), []);
});

test("nobody gets what somebody else wrote, whatever the user ids", () => {
  journal(1).save(newItem(draft("a"), 1));
  assert.deepEqual(journal(2).load(), []);
  assert.deepEqual(journal(11).load(), []);
  assert.equal(journal(1).load().length, 1);
});

test("forgetting removes one message and leaves the rest of the storage alone", () => {
  storage.setItem("theme", "dark");
  journal().save(newItem(draft("a"), 1));
  journal().save(newItem(draft("b"), 2));
  journal().forget("a");
  assert.deepEqual(journal().load().map((entry) => entry.clientId), ["b"]);
  assert.equal(storage.getItem("theme"), "dark");
});

test("a full storage is said once, and work goes on", () => {
  storage.broken = true;
  const full = journal();
  assert.equal(full.save(newItem(draft("a"), 1)), false);
  assert.equal(full.save(newItem(draft("b"), 2)), false);
  assert.equal(troubles, 1);
});

test("a storage that throws when it is merely named is a blocked one", () => {
  const blocked = new OutboxJournal(() => { throw new DOMException("no", "SecurityError"); }, 1, () => (troubles += 1));
  assert.deepEqual(blocked.load(), []);
  blocked.forget("a");
  assert.equal(troubles, 1);
});

test("a damaged entry does not keep the others from being sent", () => {
  storage.setItem("posthorn:outbox:1:x", "{not json");
  storage.setItem("posthorn:outbox:1:y", "null");
  storage.setItem("posthorn:outbox:1:z", '{"clientId": "z"}');
  storage.setItem("posthorn:outbox:1:w", '{"clientId": "w", "n": 1, "operation": {"kind": "confetti", "room": 1}}');
  journal().save(newItem(draft("a"), 1));
  assert.deepEqual(journal().load().map((entry) => entry.clientId), ["a"]);
});
