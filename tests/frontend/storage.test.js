import assert from "node:assert/strict";
import { after, afterEach, beforeEach, test } from "node:test";
import { newItem } from "../../frontend/static/frontend/js/outbox/items/item.js";
import { OutboxStorage } from "../../frontend/static/frontend/js/outbox/storage/storage.js";
import { FakeIndexedDB } from "./indexed_support.js";
import { FakeStorage, FakeTimers, draft } from "./support.js";

const timers = new FakeTimers();
after(() => timers.uninstall());

let local, indexed, troubles;
beforeEach(() => {
  timers.install();
  [local, indexed, troubles] = [new FakeStorage(), new FakeIndexedDB(), 0];
});

// What one test has begun to write must not end in the next one's storage.
afterEach(() => rest());

const blocked = () => {
  throw new DOMException("no", "SecurityError");
};
const open = (places = {}) =>
  new OutboxStorage(1, { local: () => local, indexed: () => indexed, ...places }, () => (troubles += 1));
const item = (id, more = {}) => Object.assign(newItem(draft(id), 1), more);
const rest = async () => {
  for (let round = 0; round < 6; round++) await new Promise(setImmediate);
};

/** What the next page finds. */
async function found(storage = open()) {
  const entries = [];
  await storage.load((more) => entries.push(...more));
  return entries.map(({ clientId, state }) => `${clientId} ${state}`).sort();
}

test("what is saved is on record before anything else can happen, and leaves the journal when the database has it", async () => {
  const storage = open();
  storage.save(item("a"));
  assert.equal(local.length, 1);
  await rest();
  assert.equal(local.length, 0);
  assert.deepEqual(await found(), ["a queued"]);
  storage.forget("a");
  await rest();
  assert.deepEqual(await found(), []);
});

test("what was forgotten right before the page went away is not found by the next one", async () => {
  const storage = open();
  storage.save(item("a"));
  await rest();
  indexed.mood = "dying";
  storage.forget("a");
  await rest();
  indexed.mood = "well";
  assert.equal(indexed.rows.size, 1);
  assert.deepEqual(await found(), []);
  await rest();
  assert.equal(indexed.rows.size, 0);
  assert.equal(local.length, 0);
});

test("a later page that changes the form of the database does not wait for this one, which goes on", async () => {
  const storage = open();
  storage.save(item("a"));
  await rest();
  indexed.change();
  await rest();
  assert.equal(indexed.change(), 0);
  storage.save(item("b"));
  await rest();
  assert.deepEqual(await found(), ["a queued", "b queued"]);
});

test("a hundred messages of one task are one transaction", async () => {
  const storage = open();
  for (let n = 0; n < 100; n++) storage.save(item(`m${n}`));
  await rest();
  assert.equal(indexed.transactions, 1);
  assert.equal(indexed.rows.size, 100);
});

test("what has changed while it was being written stays in the journal until that is written too", async () => {
  const storage = open();
  storage.save(item("a"));
  while (indexed.transactions === 0) await null;
  storage.save(item("a", { state: "failed", error: "busy" }));
  await new Promise(setImmediate);
  indexed.mood = "full";
  await rest();
  assert.equal(indexed.rows.get("a").state, "queued");
  assert.deepEqual(await found(), ["a failed"]);
  indexed.mood = "well";
  await found();
  await rest();
  assert.equal(local.length, 0);
  assert.equal(indexed.rows.get("a").state, "failed");
});

test("a page that goes away in the same task leaves everything in the journal, and the next one imports it", async () => {
  const gone = open({ indexed: () => new FakeIndexedDB() });
  gone.save(item("a"));
  gone.save(item("b"));
  assert.deepEqual(await found(), ["a queued", "b queued"]);
  await rest();
  assert.deepEqual([...indexed.rows.keys()], ["a", "b"]);
  assert.equal(local.length, 0);
});

for (const mood of ["refuses to open", "full"]) {
  test(`a database that ${mood === "full" ? "is full" : mood} leaves the work to the journal`, async () => {
    indexed.mood = mood;
    const storage = open();
    storage.save(item("a"));
    await rest();
    assert.equal(storage.kind, "journal");
    assert.deepEqual(await found(), ["a queued"]);
    assert.equal(troubles, 0);
    indexed.mood = "well";
    storage.save(item("b"));
    await rest();
    assert.equal(storage.kind, "journal and database");
    assert.deepEqual(await found(), ["a queued", "b queued"]);
  });
}

test("a database that is not there at all leaves the work to the journal", async () => {
  const storage = open({ indexed: blocked });
  storage.save(item("a"));
  await rest();
  assert.deepEqual(await found(open({ indexed: () => undefined })), ["a queued"]);
  assert.equal(troubles, 0);
});

test("a full journal leaves the work to the database", async () => {
  local.broken = true;
  const storage = open();
  storage.save(item("a"));
  await rest();
  assert.equal(storage.kind, "database");
  assert.deepEqual(await found(), ["a queued"]);
  assert.equal(troubles, 0);
});

test("where both are blocked that is said at once, and only once", async () => {
  const storage = open({ local: blocked, indexed: blocked });
  assert.deepEqual(await found(storage), []);
  assert.equal(troubles, 1);
  storage.save(item("a"));
  storage.forget("a");
  await rest();
  assert.equal(storage.kind, "memory");
  assert.equal(troubles, 1);
});

test("where both are full that is said with the first message", async () => {
  [local.broken, indexed.mood] = [true, "full"];
  const storage = open();
  await found(storage);
  assert.equal(troubles, 0);
  storage.save(item("a"));
  await rest();
  assert.equal(troubles, 1);
});

test("nobody waits for a database that does not answer; what it has comes late", async () => {
  for (const id of ["a", "b"]) open({ indexed: () => new FakeIndexedDB() }).save(item(id));
  await open().load(() => {});
  await rest();
  open({ indexed: () => new FakeIndexedDB() }).save(item("in the journal"));
  indexed.mood = "asleep";
  const calls = [];
  const loading = open().load((entries) => calls.push(entries.map(({ clientId }) => clientId)));
  await rest();
  timers.runUntil(2_000);
  await rest();
  assert.deepEqual(calls, [["in the journal"]]);
  indexed.wake();
  await loading;
  assert.deepEqual(calls[1], ["a", "b"]);
});

test("one user's entries are in a database of their own", () => {
  const names = [];
  indexed.open = (name) => (names.push(name), {});
  for (const user of [1, 11])
    new OutboxStorage(user, { local: () => local, indexed: () => indexed }, () => {}).save(item("a"));
  return rest().then(() => assert.equal(new Set(names).size, 2));
});
