import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Outbox } from "../../frontend/static/frontend/js/outbox/outbox.js";
import { entryFromItem } from "../../frontend/static/frontend/js/outbox/items/entry.js";
import { ACK_TIMEOUT_MS, MAX_TRIES } from "../../frontend/static/frontend/js/outbox/limits.js";
import { draft, edit, receipt } from "./support.js";

let outbox;
beforeEach(() => {
  outbox = new Outbox({ random: () => 0 });
});

const did = (effects) => effects.map((effect) => (effect.item ? `${effect.do} ${effect.item.clientId}` : effect.do));
const sends = (effects) => did(effects).filter((text) => text.startsWith("send "));
const states = () => outbox.items().map((item) => `${item.clientId} ${item.state}`);
const nack = (client_id, code, more = {}) => ({ client_id, code, retry: true, ...more });
const add = (...ids) => ids.flatMap((id) => outbox.enqueue(draft(id), 0));

/** Time passes with the server audibly alive. */
function listen(from, until) {
  const effects = [];
  for (let now = from; now <= until; now += 1000) effects.push(...outbox.heard(now));
  return effects;
}

/** Time passes until `until`, and the outbox is woken whenever it asks. */
function wake(now, until) {
  const effects = [];
  for (let at = outbox.wakeAt(now); at !== null && at <= until; at = outbox.wakeAt(at))
    effects.push(...outbox.tick(at));
  return effects;
}

test("a message is on record and on show before it is sent", () => {
  outbox.ready(64, 0);
  assert.deepEqual(did(add("a")), ["save a", "show a", "send a"]);
});

test("an ack ends it; a second ack changes nothing", () => {
  outbox.ready(64, 0);
  add("a");
  assert.deepEqual(did(outbox.confirm(receipt("a"), 1)), ["forget a", "sent a"]);
  assert.deepEqual(outbox.confirm(receipt("a"), 2), []);
  assert.deepEqual(outbox.items(), []);
});

test("messages written offline wait without spending anything, and go in order", () => {
  add("a", "b", "c");
  for (let hour = 1; hour < 10; hour++) assert.deepEqual(outbox.tick(hour * 3_600_000), []);
  assert.deepEqual(sends(outbox.ready(64, 36_000_000)), ["send a", "send b", "send c"]);
  assert.ok(outbox.items().every((item) => item.tries === 0));
});

test("no more are in flight than the window allows", () => {
  add("a", "b", "c", "d");
  assert.deepEqual(sends(outbox.ready(2, 0)), ["send a", "send b"]);
  assert.deepEqual(sends(outbox.confirm(receipt("b"), 1)), ["send c"]);
});

test("a lost connection sends everything un-acked again, in order, with the same client ids, at no cost", () => {
  outbox.ready(64, 0);
  add("a", "b", "c");
  outbox.confirm(receipt("b"), 1);
  for (let round = 0; round < 20; round++) {
    outbox.closed();
    assert.deepEqual(sends(outbox.ready(64, round)), ["send a", "send c"]);
  }
  assert.ok(outbox.items().every((item) => item.tries === 0));
});

test("a refusal for now goes back to the refused message, which then goes alone", () => {
  outbox.ready(64, 0);
  add("a", "b", "c");
  assert.deepEqual(sends(outbox.refuse(nack("a", "busy"), 0)), []);
  outbox.refuse(nack("b", "order"), 0);
  outbox.refuse(nack("c", "order"), 0);
  assert.deepEqual(sends(wake(0, 5000)), ["send a"]);
  assert.deepEqual(sends(outbox.confirm(receipt("a"), 600)), ["send b", "send c"]);
});

test("a refused message waits no less than the server asks", () => {
  outbox.ready(64, 0);
  add("a");
  outbox.refuse(nack("a", "busy", { after_ms: 9000 }), 100);
  assert.equal(outbox.wakeAt(100), 9100);
  assert.deepEqual(outbox.tick(9099), []);
  assert.deepEqual(sends(outbox.tick(9100)), ["send a"]);
});

test("waits between refusals grow", () => {
  outbox.ready(64, 0);
  add("a");
  const waits = [];
  for (let now = 0, round = 1; round < MAX_TRIES; round++) {
    outbox.refuse(nack("a", "busy"), now);
    waits.push(outbox.wakeAt(now) - now);
    outbox.tick((now += waits.at(-1)));
  }
  assert.deepEqual(waits, [500, 1000, 2000, 4000]);
});

test("a rate limit is waited out and costs nothing, however often", () => {
  outbox.ready(64, 0);
  add("a");
  for (let round = 0; round < 50; round++) {
    assert.deepEqual(did(outbox.refuse(nack("a", "rate_limited", { after_ms: 300 }), round * 1000)), []);
    assert.deepEqual(sends(outbox.tick(round * 1000 + 300)), ["send a"]);
  }
});

test("a message that spends its budget fails, frees its lane, and asks for a connection that does not hold the lane for it", () => {
  outbox.ready(64, 0);
  add("a", "b");
  let effects = [];
  for (let now = 0, round = 0; round < MAX_TRIES; round++, now += 60_000) {
    outbox.tick(now);
    effects = outbox.refuse(nack("a", "busy"), now);
  }
  assert.deepEqual(did(effects), ["save a", "show a", "reconnect"]);
  assert.deepEqual(sends(outbox.ready(64, 999_999)), ["send b"]);
  assert.deepEqual(states(), ["a failed", "b inflight"]);
});

test("other lanes go on while one rests", () => {
  outbox.ready(64, 0);
  add("a");
  outbox.refuse(nack("a", "busy", { after_ms: 60_000 }), 0);
  assert.deepEqual(sends(outbox.enqueue(draft("z", 2), 0)), ["send z"]);
});

test("edits, deletions and reactions are a lane of their own, whatever their rooms", () => {
  outbox.ready(64, 0);
  outbox.enqueue(edit("e1", 1), 0);
  outbox.enqueue(edit("e2", 2), 0);
  add("a");
  outbox.refuse(nack("e1", "busy", { after_ms: 60_000 }), 0);
  outbox.refuse(nack("e2", "order"), 0);
  assert.deepEqual(sends(outbox.tick(1000)), []);
  assert.deepEqual(sends(outbox.enqueue(draft("b"), 1000)), ["send b"]);
  assert.deepEqual(
    outbox.items(1).map((item) => item.clientId),
    ["e1", "a", "b"],
  );
  outbox.confirm(receipt("e1"), 61_000);
  assert.deepEqual(sends(outbox.tick(61_000)), []);
});

test("silence of the whole connection is never a message's fault", () => {
  outbox.ready(64, 0);
  add("a");
  assert.deepEqual(outbox.heard(3_600_000), []);
  assert.equal(outbox.items()[0].tries, 0);
});

test("a message left unanswered by a living server goes again, then fails, and those behind it get through", () => {
  outbox.ready(64, 0);
  add("a", "b");
  const effects = [];
  for (let now = 0; now < 120_000; now += 500) {
    effects.push(...outbox.heard(now), ...outbox.tick(now));
    if (effects.at(-1)?.do === "send" && effects.at(-1).item.clientId === "b" && now > ACK_TIMEOUT_MS) break;
  }
  assert.deepEqual(sends(effects), [...Array(MAX_TRIES - 1).fill("send a"), "send b"]);
  assert.deepEqual(states(), ["a failed", "b inflight"]);
  assert.equal(outbox.items()[0].error, "timeout");
});

test("what one connection refused, the next one takes like anything else", () => {
  outbox.ready(64, 0);
  add("a", "b");
  outbox.refuse(nack("a", "rate_limited", { after_ms: 100 }), 0);
  outbox.closed();
  assert.deepEqual(sends(outbox.ready(64, 200)), ["send a", "send b"]);
});

test("the lane of a message that failed does not rest any longer", () => {
  outbox.ready(64, 0);
  add("a", "b");
  let effects = [];
  for (let now = 0; outbox.items()[0].state !== "failed"; now += 500)
    effects = [...outbox.tick(now), ...outbox.heard(now)];
  assert.deepEqual(did(effects), ["save a", "show a", "send b"]);
});

test("one refusal told twice spends one try", () => {
  outbox.ready(64, 0);
  add("a");
  outbox.refuse(nack("a", "busy"), 0);
  assert.deepEqual(outbox.refuse(nack("a", "busy"), 0), []);
  assert.equal(outbox.items()[0].tries, 1);
});

test("a refusal that comes after the message has failed changes nothing", () => {
  outbox.restore([{ ...draft("a"), n: 1, state: "failed", error: "timeout" }]);
  outbox.ready(64, 0);
  assert.deepEqual(outbox.refuse(nack("a", "forbidden", { retry: false }), 0), []);
});

test("an ack that comes after the message has failed still counts", () => {
  outbox.ready(64, 0);
  add("a");
  listen(0, ACK_TIMEOUT_MS);
  for (let now = ACK_TIMEOUT_MS; outbox.items()[0].state !== "failed"; now += 1000) outbox.heard(now), outbox.tick(now);
  assert.deepEqual(did(outbox.confirm(receipt("a"), 1e6)), ["forget a", "sent a"]);
});

test("what the server will never take is rejected, and the rest goes on", () => {
  outbox.ready(1, 0);
  add("a", "b");
  assert.deepEqual(did(outbox.refuse(nack("a", "too_large", { retry: false }), 0)), ["save a", "show a", "send b"]);
  assert.deepEqual(states(), ["a rejected", "b inflight"]);
  assert.deepEqual(outbox.retry("a", 0), []);
});

test("Retry works once per failure, however often it is pressed, with the same client id", () => {
  outbox.restore([{ ...draft("a"), n: 1, state: "failed", error: "timeout" }]);
  outbox.ready(64, 0);
  assert.deepEqual(did(outbox.retry("a", 0)), ["save a", "show a", "send a"]);
  for (let click = 0; click < 9; click++) assert.deepEqual(outbox.retry("a", 0), []);
});

test("what is on its way cannot be discarded", () => {
  outbox.ready(64, 0);
  add("a");
  assert.deepEqual(outbox.discard("a", 0), []);
  outbox.refuse(nack("a", "forbidden", { retry: false }), 0);
  assert.deepEqual(did(outbox.discard("a", 0)), ["forget a", "removed a"]);
});

/** @returns {any} an entry in form 2, as an older tab tells it */
const entry = (id, state = "queued", error = null, n = 1) => ({ ...draft(id), n, state, error });

test("what another tab wrote is shown and sent like one's own, and saved by the other", () => {
  outbox.ready(64, 0);
  assert.deepEqual(did(outbox.adopt([entry("a"), entry("b")], 0)), ["show a", "show b", "send a", "send b"]);
  assert.deepEqual(outbox.adopt([entry("a")], 0), []);
});

test("what another tab saw fail has failed, unless it is on its way from here", () => {
  add("a", "b");
  assert.deepEqual(did(outbox.adopt([entry("a", "failed", "busy")], 0)), ["show a"]);
  outbox.ready(64, 0);
  assert.deepEqual(outbox.adopt([entry("b", "failed", "busy")], 0), []);
  assert.deepEqual(states(), ["a failed", "b inflight"]);
});

test("a failed message goes again when a person wishes, not because a tab has not heard of its failing", () => {
  outbox.restore([entry("a", "failed", "busy")]);
  outbox.ready(64, 0);
  assert.deepEqual(outbox.adopt([entry("a")], 0), []);
  assert.deepEqual(sends(outbox.retry("a", 0)), ["send a"]);
});

test("what is over does not come back, whoever still has it", () => {
  outbox.ready(64, 0);
  add("a");
  outbox.confirm(receipt("a"), 0);
  outbox.confirm(receipt("seen in its room"), 0);
  assert.deepEqual(outbox.adopt([entry("a"), entry("seen in its room")], 0), []);
  assert.deepEqual(did(outbox.restore([entry("a")])), ["forget a"]);
  assert.deepEqual(outbox.outcome("a"), { do: "sent", receipt: receipt("a") });
});

test("what earlier pages left goes before what was written while it was being read", () => {
  add("new");
  const left = outbox.restore([entry("old 2", "queued", null, 7), entry("old 1", "queued", null, 3)]);
  assert.deepEqual(did(left), ["save new", "show old 1", "show old 2"]);
  assert.ok(left[0].item.n > 7);
  assert.deepEqual(sends(outbox.ready(64, 0)), ["send old 1", "send old 2", "send new"]);
});

test("an order refusal sends the whole lane again, from the message that may be missing", () => {
  outbox.ready(64, 0);
  add("a", "b");
  outbox.refuse(nack("b", "order"), 0);
  assert.deepEqual(sends(wake(0, 5000)), ["send a", "send b"]);
});

test("answers to an earlier round do not hide that the server waits for what will not come", () => {
  outbox.ready(64, 0);
  add("a", "b");
  const effects = [];
  // Each time it is the answer to the sending before that arrives, and the second message's at that.
  for (let now = 0; now < 3000; now += 1000)
    effects.push(...outbox.refuse(nack("b", "order"), now), ...outbox.tick(now + 500));
  assert.equal(did(effects).at(-1), "reconnect");
});

test("out of order with nothing ahead: after a few rounds only a new connection can help", () => {
  outbox.ready(64, 0);
  add("a");
  const effects = [];
  for (let now = 0; now < 3000; now += 1000)
    effects.push(...outbox.refuse(nack("a", "order"), now), ...outbox.tick(now + 500));
  assert.deepEqual(did(effects), ["send a", "send a", "reconnect"]);
});

test("what was written after hearing of another tab's message is behind it in the next page too", () => {
  const [tab, kept, next] = [new Outbox(), new Map(), new Outbox()];
  const keep = (effects) => {
    const saved = effects.filter((effect) => effect.do === "save").map(({ item }) => entryFromItem(item));
    for (const each of saved) kept.set(each.clientId, each);
    return saved;
  };
  tab.restore([entry("old", "failed", "busy", 100)]);
  outbox.adopt([...keep(tab.enqueue(draft("question"), 0)), entry("old", "failed", "busy", 100)], 0);
  tab.adopt(keep(add("answer")), 0);
  outbox.adopt(keep(tab.retry("old", 0)), 0);
  keep(add("last"));
  next.restore([...kept.values()]);
  assert.deepEqual(
    next.items().map(({ clientId }) => clientId),
    ["question", "answer", "old", "last"],
  );
});

test("a restored outbox goes on in the order of writing, new messages behind it", () => {
  outbox.restore([
    { ...draft("b"), n: 8, state: "queued", error: null },
    { ...draft("a"), n: 5, state: "queued", error: null },
  ]);
  add("c");
  assert.deepEqual(sends(outbox.ready(64, 0)), ["send a", "send b", "send c"]);
  assert.equal(outbox.items()[2].n, 9);
});

test("a hundred messages in one task: a hundred on record and on show", () => {
  const effects = add(...Array.from({ length: 100 }, (_, index) => `m${index}`));
  assert.equal(effects.filter((effect) => effect.do === "save").length, 100);
  assert.equal(effects.filter((effect) => effect.do === "show").length, 100);
});
