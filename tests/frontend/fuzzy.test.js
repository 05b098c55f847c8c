import assert from "node:assert/strict";
import { test } from "node:test";
import { rank, score } from "../../frontend/static/frontend/js/text/fuzzy.js";

const best = (query, ...names) => rank(query, names, (name) => name);

test("letters are found in their order, whatever their case and accents", () => {
  for (const [query, name] of [
    ["dsg", "Design"],
    ["DES", "design"],
    ["jose", "José Díaz"],
    ["jd", "José Díaz"],
    ["bo b", "Bob"],
    ["ø", "Ø"],
    ["お", "おはよう"],
    ["🎺", "Horn 🎺"],
  ])
    assert.notEqual(score(query, name), null, `${query} in ${name}`);
  for (const [query, name] of [
    ["gsd", "Design"],
    ["bobb", "Bob"],
    ["x", ""],
  ])
    assert.equal(score(query, name), null, `${query} in ${name}`);
});

test("beginnings of words and letters side by side come before letters anywhere", () => {
  assert.deepEqual(best("des", "Diesel 3s", "Undescribed", "Desserts"), ["Desserts", "Undescribed", "Diesel 3s"]);
  assert.deepEqual(best("ba", "Cuba", "Bob Anders", "Basics"), ["Basics", "Bob Anders", "Cuba"]);
  assert.deepEqual(best("sup", "Sun at Upper Point", "Support"), ["Support", "Sun at Upper Point"]);
});

test("the best way to find the letters counts, not the first", () => {
  assert.ok(score("ab", "xa ab") > score("ab", "xa xb"));
});

test("of equal fits the shorter name wins, then the order given", () => {
  assert.deepEqual(best("room", "Room of one's own", "Room"), ["Room", "Room of one's own"]);
  assert.deepEqual(best("room", "Room 2", "Room 1"), ["Room 2", "Room 1"]);
});

test("nothing typed leaves everything as it is", () => {
  assert.deepEqual(best("", "b", "a longer one", "c"), ["b", "a longer one", "c"]);
  assert.deepEqual(best(" ", "b", "a"), ["b", "a"]);
});
