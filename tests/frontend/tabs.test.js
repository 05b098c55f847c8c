import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Tabs } from "../../frontend/static/frontend/js/outbox/tabs/tabs.js";
import { draft, receipt } from "./support.js";
import { FakeChannels, FakeLock, Mail } from "./tabs_support.js";

let lock, channels, tabs;
beforeEach(() => {
  [lock, channels, tabs] = [new FakeLock(), new FakeChannels(), []];
});

function open(more = {}) {
  const mail = new Mail();
  const tab = { mail, log: [], entries: [], visible: true };
  /** @type {import("../../frontend/static/frontend/js/outbox/tabs/tabs.js").Delegate} */
  const delegate = {
    told: (message) => tab.log.push(message.do),
    entries: () => tab.entries,
    answers: () => [{ do: "items", items: tab.entries }],
    took: () => tab.log.push("took"),
    lost: () => tab.log.push("lost"),
  };
  const browser = { locks: lock.for(mail), open: () => channels.for(mail, mail), visible: () => tab.visible, ...more };
  tab.tabs = new Tabs(1, browser, delegate);
  tab.tabs.listen();
  tabs.push(tab);
  return tab;
}

/** Everything that is on its way arrives. */
async function arrive(...which) {
  for (let round = 0; round < 10; round++) {
    for (const { mail } of which.length > 0 ? which : tabs) while (mail.senders.length > 0) mail.take();
    await null;
  }
  for (const tab of tabs) tab.log.splice(0, tab.log.length, ...tab.log.filter((word) => word !== "ask"));
}

const leads = () => tabs.map((tab) => tab.tabs.leads);

test("the first that asks leads, and hands over when it resigns", async () => {
  const [first, second] = [open(), open()];
  first.tabs.stand();
  second.tabs.stand();
  await arrive();
  assert.deepEqual(leads(), [true, false]);
  first.tabs.resign();
  await arrive();
  assert.deepEqual(leads(), [false, true]);
  assert.deepEqual(first.log, ["took"]);
});

test("the tab next in turn leads when the one that led is gone", async () => {
  for (const tab of [open(), open(), open()]) tab.tabs.stand();
  await arrive();
  lock.tabGone(tabs[0].mail);
  await arrive();
  assert.deepEqual(leads().slice(1), [true, false]);
});

test("who resigns before its turn does not get it", async () => {
  const [first, second] = [open(), open()];
  first.tabs.stand();
  second.tabs.stand();
  second.tabs.resign();
  first.tabs.resign();
  await arrive();
  assert.deepEqual(leads(), [false, false]);
  second.tabs.stand();
  await arrive();
  assert.deepEqual(leads(), [false, true]);
});

test("a leader that does not answer is robbed by a tab that waits, and stands in line again", async () => {
  const [frozen, waiting] = [open(), open()];
  frozen.tabs.stand();
  await arrive();
  waiting.tabs.stand();
  for (let second = 0; second < 3; second++) waiting.tabs.watch(true), await arrive(waiting);
  assert.ok(waiting.tabs.leads);
  await arrive();
  assert.deepEqual(leads(), [false, true]);
  assert.deepEqual(frozen.log, ["took", "lost"]);
  waiting.tabs.resign();
  await arrive();
  assert.deepEqual(leads(), [true, false]);
});

test("a leader that answers is not robbed, however long one waits", async () => {
  const [leader, waiting] = [open(), open()];
  leader.tabs.stand();
  await arrive();
  for (let second = 0; second < 20; second++) waiting.tabs.watch(true), await arrive();
  assert.deepEqual(leads(), [true, false]);
});

test("a leader out of sight is robbed by a tab that waits in sight, and by no other", async () => {
  const [hidden, waiting] = [open(), open()];
  hidden.tabs.stand();
  await arrive();
  hidden.visible = waiting.visible = false;
  for (let second = 0; second < 5; second++) waiting.tabs.watch(true), await arrive();
  assert.deepEqual(leads(), [true, false]);
  waiting.visible = true;
  for (let second = 0; second < 5; second++) waiting.tabs.watch(true), await arrive();
  assert.deepEqual(leads(), [false, true]);
});

test("who waits for nothing robs nobody", async () => {
  const [frozen, idle] = [open(), open()];
  frozen.tabs.stand();
  await arrive();
  for (let second = 0; second < 20; second++) idle.tabs.watch(false), await arrive(idle);
  assert.deepEqual(leads(), [true, false]);
});

test("what is said before a tab listens is heard when it does", async () => {
  const speaker = open();
  const mail = new Mail();
  const heard = [];
  const browser = { locks: lock.for(mail), open: () => channels.for(mail, mail), visible: () => true };
  const late = new Tabs(1, browser, {
    told: (message) => heard.push(message.do),
    entries: () => [],
    answers: () => [],
    took: () => {},
    lost: () => {},
  });
  speaker.tabs.tell({ do: "sent", receipt: receipt("a") });
  while (mail.senders.length > 0) mail.take();
  assert.deepEqual(heard, []);
  late.listen();
  assert.deepEqual(heard, ["sent"]);
});

test("a tab that comes is told what the leader has", async () => {
  const leader = open();
  leader.tabs.stand();
  await arrive();
  leader.entries = [{ ...draft("a"), n: 1, state: "queued", error: null }];
  const fresh = open();
  await arrive();
  assert.deepEqual(fresh.log, ["items"]);
});

test("without Web Locks, or where they are refused, every tab leads", async () => {
  const refusing = { request: () => Promise.reject(new DOMException("no", "SecurityError")) };
  for (const locks of [undefined, refusing]) open({ locks }).tabs.stand();
  await arrive();
  assert.deepEqual(leads(), [true, true]);
});
