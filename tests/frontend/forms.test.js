/** Every form in which a page has ever kept its outbox, as that page wrote it. These texts are never edited, only added to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { change } from "../../frontend/static/frontend/js/connection/protocol.js";
import { entryFromItem } from "../../frontend/static/frontend/js/outbox/items/entry.js";
import { newItem } from "../../frontend/static/frontend/js/outbox/items/item.js";
import { Outbox } from "../../frontend/static/frontend/js/outbox/outbox.js";
import { OutboxStorage } from "../../frontend/static/frontend/js/outbox/storage/storage.js";
import { readMessage } from "../../frontend/static/frontend/js/outbox/tabs/tab_message.js";
import { FakeIndexedDB } from "./indexed_support.js";
import { FakeStorage, draft } from "./support.js";

const AT = "2026-11-22T10:00:00.000Z";

/** The form, what was kept, and the frame by which it is sent today. */
/** @type {[form: number, text: string, frame: import("../../frontend/static/frontend/js/connection/protocol.js").ClientFrame & {client_id: string}][]} */
const KEPT = [
  [
    1,
    `{"clientId":"first","n":3,"room":7,"body":"From the first page","replyTo":null,"at":"${AT}","state":"inflight","error":null}`,
    { type: "send", room: 7, client_id: "first", body: "From the first page" },
  ],
  [
    1,
    `{"clientId":"answer","n":4,"room":7,"body":"An answer","replyTo":9001,"at":"${AT}","state":"queued","error":null}`,
    { type: "send", room: 7, client_id: "answer", body: "An answer", reply_to: 9001 },
  ],
  [
    2,
    `{"clientId":"send","n":5,"at":"${AT}","state":"queued","error":null,"operation":{"kind":"send","room":7,"body":"Hello","replyTo":9001}}`,
    { type: "send", room: 7, client_id: "send", body: "Hello", reply_to: 9001 },
  ],
  [
    2,
    `{"clientId":"edit","n":6,"at":"${AT}","state":"queued","error":null,"operation":{"kind":"edit","room":7,"message":9001,"body":"Hello, all"}}`,
    { type: "edit", client_id: "edit", message: 9001, body: "Hello, all" },
  ],
  [
    2,
    `{"clientId":"delete","n":7,"at":"${AT}","state":"queued","error":null,"operation":{"kind":"delete","room":7,"message":9001}}`,
    { type: "delete", client_id: "delete", message: 9001 },
  ],
  [
    2,
    `{"clientId":"react","n":8,"at":"${AT}","state":"queued","error":null,"operation":{"kind":"react","room":7,"message":9001,"emoji":"👍","on":true}}`,
    { type: "react", client_id: "react", message: 9001, emoji: "👍", on: true },
  ],
  [
    3,
    `{"v":3,"clientId":"today","n":9,"at":"${AT}","state":"queued","error":null,"operation":{"kind":"send","room":7,"body":"Today's","replyTo":null}}`,
    { type: "send", room: 7, client_id: "today", body: "Today's" },
  ],
  [
    4,
    `{"v":4,"clientId":"files","n":10,"at":"${AT}","state":"queued","error":null,"operation":{"kind":"send","room":7,"body":"","replyTo":null,"files":[{"uploadId":"cat","name":"cat.png","type":"image/png","bytes":9,"width":3,"height":2,"description":"A cat"}]}}`,
    { type: "send", room: 7, client_id: "files", body: "", files: ["cat"] },
  ],
];
const FAILED = [
  `{"clientId":"stuck","n":1,"room":7,"body":"Failed then","replyTo":null,"at":"${AT}","state":"failed","error":"busy"}`,
  `{"clientId":"stuck","n":1,"at":"${AT}","state":"failed","error":"busy","operation":{"kind":"send","room":7,"body":"Failed then","replyTo":null}}`,
];
const LATER = `{"v":5,"clientId":"later","n":1,"at":"${AT}","state":"queued","error":null,"operation":{"kind":"send","room":7,"body":"From a later page","replyTo":null}}`;

/** What a browser holds in which these were kept, in one of its two places. */
function browser(place, ...texts) {
  const [local, indexed] = [new FakeStorage(), new FakeIndexedDB()];
  for (const text of texts) {
    const { clientId } = JSON.parse(text);
    if (place === "journal") local.setItem(`posthorn:outbox:1:${clientId}`, text);
    else indexed.rows.set(clientId, JSON.parse(text));
  }
  return { local, indexed };
}

/** A page opens, takes over what is there, connects; returns its outbox and the frames it sends. */
async function page({ local, indexed }) {
  const outbox = new Outbox();
  const storage = new OutboxStorage(1, { local: () => local, indexed: () => indexed }, () => {});
  await storage.load((entries) => {
    for (const effect of outbox.restore(entries)) if (effect.do === "save") storage.save(effect.item);
  });
  const sent = outbox.ready(64, 0).flatMap((effect) => (effect.do === "send" ? change(effect.item) : []));
  for (let round = 0; round < 6; round++) await new Promise(setImmediate);
  return { outbox, storage, sent };
}

for (const place of ["journal", "database"]) {
  for (const [form, text, frame] of KEPT) {
    test(`${frame.client_id}, kept in form ${form} in the ${place}, is sent`, async () => {
      assert.deepEqual((await page(browser(place, text))).sent, [frame]);
    });
  }

  for (const [index, text] of FAILED.entries()) {
    test(`what failed, in form ${index + 1} in the ${place}, still says so`, async () => {
      const { outbox, sent } = await page(browser(place, text));
      const [item] = outbox.stuck();
      const { body } =
        /** @type {import("../../frontend/static/frontend/js/outbox/items/operation.js").SendOperation} */ (
          item.operation
        );
      assert.deepEqual([item.state, item.error, item.at, body], ["failed", "busy", AT, "Failed then"]);
      assert.deepEqual(sent, []);
    });
  }

  test(`the form of a later page is left alone in the ${place}, and keeps nothing else from being sent`, async () => {
    const before = browser(place, KEPT[0][1], LATER);
    const { sent, storage } = await page(before);
    assert.deepEqual(
      sent.map(({ client_id }) => client_id),
      ["first"],
    );
    storage.forget("first");
    await page(before);
    const left = {
      journal: before.local.getItem("posthorn:outbox:1:later"),
      database: before.indexed.rows.get("later"),
    };
    assert.deepEqual(place === "journal" ? JSON.parse(left.journal) : left.database, JSON.parse(LATER));
  });
}

test("what is kept names its form, and is one of these", () => {
  const { v, ...entry } = entryFromItem(newItem(draft("a"), 1));
  assert.ok(
    KEPT.some(([form, text]) => form === v && Object.keys(JSON.parse(text)).length === Object.keys(entry).length + 1),
  );
});

test("what has no files is written so that tabs of the release before read it; what has some, so that they do not", () => {
  assert.equal(entryFromItem(newItem(draft("a"), 1)).v, 3);
  const { operation, ...rest } = draft("b");
  const files = [{ uploadId: "cat", name: "cat.png", type: "image/png", bytes: 9 }];
  assert.equal(entryFromItem(newItem({ ...rest, operation: /** @type {any} */ ({ ...operation, files }) }, 1)).v, 4);
});

test("an old form moves from the journal into the database like any other", async () => {
  const places = browser("journal", KEPT[0][1]);
  await page(places);
  assert.equal(places.local.length, 0);
  assert.deepEqual([...places.indexed.rows.keys()], ["first"]);
});

test("other tabs may be older or newer: what they have is read in every form, what is unknown is passed over", () => {
  const items = [...KEPT.map(([, text]) => JSON.parse(text)), JSON.parse(LATER)];
  const told = /** @type {import("../../frontend/static/frontend/js/outbox/tabs/tab_message.js").Items} */ (
    readMessage({ do: "items", items })
  );
  assert.deepEqual(
    told.items.map(({ clientId }) => clientId),
    KEPT.map(([, , frame]) => frame.client_id),
  );
  assert.equal(readMessage({ do: "a later page's invention", what: 1 }), null);
});
