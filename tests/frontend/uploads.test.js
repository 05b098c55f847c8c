/** Files on their way: which goes when, what is told to other tabs, and what becomes of those that do not get there. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Strays } from "../../frontend/static/frontend/js/uploads/strays.js";
import { MAX_TRIES } from "../../frontend/static/frontend/js/uploads/upload_runner.js";
import { Uploads } from "../../frontend/static/frontend/js/uploads/uploads.js";
import { FakeBytes, FakeTransport, FakeUploads } from "./uploads_support.js";

let server, rows, now;
beforeEach(() => {
  [server, rows, now] = [new FakeUploads(), new Map(), 0];
});

const rest = () => new Promise(setImmediate);
const cat = (more = {}) => ({ uploadId: "cat", name: "cat.png", type: "image/png", bytes: 9, ...more });

/** A page with its uploads, and what it said to the other tabs. */
function page({ refuses } = /** @type {{refuses?: () => boolean}} */ ({})) {
  const [bytes, transport, said] = [new FakeBytes(rows, refuses), new FakeTransport(server), []];
  const uploads = new Uploads(bytes, transport, { now: () => now, random: () => 0 });
  uploads.join({ tell: (message) => said.push(structuredClone(message)) }, () => {});
  const state = (id = "cat") => uploads.shelf.get(id)?.state;
  const carry = (count, breaks = false) => transport.step(transport.going[0], count, breaks);
  return { uploads, bytes, transport, said, state, carry };
}

/** @returns {any} */
const blob = () => ({ size: 9 });

test("nothing goes in a tab that does not lead, and a few beside each other in one that does", () => {
  const { uploads, transport, state } = page();
  for (const uploadId of ["a", "b", "c", "d"]) uploads.add(1, cat({ uploadId }), blob());
  assert.equal(transport.going.length, 0);
  uploads.start();
  assert.equal(transport.going.length, 3);
  assert.deepEqual(["a", "b", "c", "d"].map(state), ["going", "going", "going", "waiting"]);
  transport.step(transport.going[0], 9);
  assert.deepEqual(["a", "b", "c", "d"].map(state), ["whole", "going", "going", "going"]);
});

test("a connection that is lost stops what goes, and the next one goes on from where the server is", () => {
  const { uploads, transport, state, carry } = page();
  uploads.add(1, cat(), blob());
  uploads.start();
  carry(4);
  uploads.stop();
  assert.deepEqual([transport.going.length, state()], [0, "waiting"]);
  uploads.start();
  carry(5);
  assert.equal(state(), "whole");
  assert.ok(uploads.shelf.ready([cat()]));
});

test("what brings nothing on waits longer and longer, and fails in the end; what comes on begins anew", () => {
  const { uploads, state, carry } = page();
  uploads.add(1, cat(), blob());
  uploads.start();
  for (let tries = 1; tries < MAX_TRIES; tries++) {
    carry(0, true);
    assert.equal(state(), "waiting");
    uploads.tick();
    assert.equal(state(), "waiting", "not before its pause is over");
    now += 30_000;
    uploads.tick();
    if (tries === 2) carry(1);
  }
  assert.equal(state(), "going");
  for (let tries = 0; state() !== "failed"; tries++) {
    assert.ok(tries < MAX_TRIES);
    carry(0, true);
    now += 30_000;
    uploads.tick();
  }
  assert.deepEqual(uploads.shelf.trouble([cat()]), { code: "not_uploaded", final: false });
  uploads.retry(["cat"]);
  carry(9);
  assert.equal(uploads.shelf.trouble([cat()]), null);
  assert.equal(state(), "whole");
});

test("a description that comes while the bytes go, or after them, is told before the file counts as there", () => {
  const { uploads, state, carry } = page();
  uploads.add(1, cat(), blob());
  uploads.start();
  carry(4);
  const described = cat({ description: "A cat" });
  uploads.describe(1, described);
  carry(5);
  assert.ok(!uploads.shelf.ready([described]));
  assert.ok(!server.whole([described]));
  carry(0);
  assert.ok(uploads.shelf.ready([described]));
  assert.ok(server.whole([described]));
  uploads.describe(1, cat({ description: "Two cats" }));
  assert.equal(state(), "going");
  carry(0);
  assert.ok(server.whole([cat({ description: "Two cats" })]));
});

test("the bytes are kept, found by the next page, and gone when the file is sent or given up", async () => {
  const first = page();
  first.uploads.add(1, cat(), blob());
  first.bytes.step();
  await rest();
  assert.equal(first.uploads.shelf.get("cat")?.kept, true);
  const next = page();
  next.uploads.start();
  next.uploads.expect(1, cat());
  await rest();
  next.carry(9);
  assert.equal(next.state(), "whole");
  await next.uploads.forget(["cat"]);
  assert.equal(rows.size, 0);
  assert.equal(next.uploads.shelf.open, false);
});

test("a browser that refuses to keep them is known to, until the server has them", async () => {
  const { uploads, bytes, carry } = page({ refuses: () => true });
  uploads.add(1, cat(), blob());
  uploads.start();
  assert.ok(!uploads.shelf.unkept);
  bytes.step();
  await rest();
  assert.ok(uploads.shelf.unkept);
  carry(9);
  assert.ok(!uploads.shelf.unkept);
});

test("bytes that are nowhere are asked for, and only then left to the server to know of", async () => {
  const { uploads, said, state, transport, carry } = page();
  uploads.start();
  uploads.expect(1, cat());
  for (let second = 0; second < 3; second++) {
    await rest();
    assert.equal(transport.going.length, 0);
    assert.deepEqual(said.at(-1), { do: "wanted", uploadId: "cat" });
    if (second < 2) uploads.tick();
  }
  uploads.tick();
  carry(0);
  assert.equal(state(), "failed");
  assert.deepEqual(uploads.shelf.trouble([cat()]), { code: "file_lost", final: false });
});

test("who has the bytes tells who wants them, and hears from the tab that leads how far they are", () => {
  const [has, leads] = [page(), page()];
  leads.uploads.start();
  has.uploads.add(1, cat(), blob());
  leads.uploads.expect(1, cat());
  has.uploads.told({ do: "wanted", uploadId: "cat" });
  leads.uploads.told(has.said.at(-1));
  leads.carry(9);
  for (const message of leads.said) has.uploads.told(message);
  assert.equal(has.state(), "whole");
  assert.ok(has.uploads.shelf.ready([cat()]));
});

test("what was given up does not come back, whoever still tells of it", () => {
  const [one, two] = [page(), page()];
  one.uploads.add(1, cat(), blob());
  two.uploads.told(one.said[0]);
  void one.uploads.drop(["cat"]);
  two.uploads.told(one.said.at(-1));
  two.uploads.told(one.said[0]);
  assert.equal(two.state(), undefined);
  assert.equal(one.state(), undefined);
});

test("bytes that nothing refers to for a minute are nobody's", async () => {
  rows.set("lost", blob()).set("drafted", blob());
  const strays = new Strays(/** @type {any} */ (new FakeBytes(rows)), (uploadId) => uploadId === "drafted");
  await rest();
  for (let second = 0; second < 59; second++) strays.tick();
  assert.equal(rows.size, 2);
  strays.tick();
  assert.deepEqual([...rows.keys()], ["drafted"]);
});
