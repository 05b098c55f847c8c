import assert from "node:assert/strict";
import { test } from "node:test";
import { mentionQuery, mentionable } from "../../frontend/static/frontend/js/composer/mention_query.js";
import { Members } from "../../frontend/static/frontend/js/rooms/members.js";

const people = ["Ana Maria", "Hanna", "José Álvarez", "Bob", "Ana"].map((name, id) => ({ id, name }));
const offered = (query) => mentionable(people, query).map(({ name }) => name);

test("a mention is being typed behind an @ that begins a word, up to a blank at its end", () => {
  assert.deepEqual(mentionQuery("@"), { at: 0, query: "" });
  assert.deepEqual(mentionQuery("hello @an"), { at: 6, query: "an" });
  assert.deepEqual(mentionQuery("(@Ana M"), { at: 1, query: "Ana M" });
  assert.deepEqual(mentionQuery("@Bob @h"), { at: 5, query: "h" });
  assert.deepEqual(mentionQuery(`${"x".repeat(500)} @h`), { at: 501, query: "h" });
  for (const text of ["", "hello", "mail@bob", "é@bob", "@Ana ", "@a\nb", `@${"x".repeat(90)}`])
    assert.equal(mentionQuery(text), null, text);
});

test("any part of a name fits, beginnings of words come first, case and accents do not matter", () => {
  assert.deepEqual(offered("an"), ["Ana", "Ana Maria", "Hanna"]);
  assert.deepEqual(offered("alv"), ["José Álvarez"]);
  assert.deepEqual(offered("ana m"), ["Ana Maria"]);
  assert.deepEqual(offered(""), ["Ana", "Ana Maria", "Bob", "Hanna", "José Álvarez"]);
  assert.deepEqual(offered("nobody"), []);
});

test("a name that is typed in full and fits nobody else needs no list: Enter sends", () => {
  assert.deepEqual(offered("bob"), []);
  assert.deepEqual(
    offered("ana"),
    ["Ana", "Ana Maria", "Hanna"].filter((name) => name !== "Hanna"),
  );
});

test("members are asked for once a room, follow what happens, and are asked for again after a failure", async () => {
  const asked = [];
  let broken = true;
  const members = new Members(async (room) => {
    asked.push(room);
    if (broken) throw new Error("offline");
    return [{ id: 1, name: "Ana" }];
  });
  await assert.rejects(members.of(7));
  broken = false;
  assert.deepEqual(await members.of(7), [{ id: 1, name: "Ana" }]);
  assert.equal(await members.of(7), await members.of(7));
  members.changed(7, { id: 2, name: "Bob", joined: true });
  members.changed(7, { id: 1, name: "Ana", joined: false });
  members.changed(8, { id: 2, name: "Bob", joined: true });
  assert.deepEqual(await members.of(7), [{ id: 2, name: "Bob" }]);
  assert.deepEqual(asked, [7, 7]);
  members.forget();
  await members.of(7);
  assert.deepEqual(asked, [7, 7, 7]);
});
