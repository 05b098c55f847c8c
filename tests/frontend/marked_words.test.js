import assert from "node:assert/strict";
import { test } from "node:test";
import { markedWords } from "../../frontend/static/frontend/js/search/marked_words.js";

/** As the reader sees it, with what is marked in brackets. */
const shown = (text, query) => markedWords(text, query).map(({ text: part, found }) => (found ? `[${part}]` : part)).join("");

test("words are marked whatever their case and accents, from their beginning", () => {
  assert.equal(shown("The cake, THE CAKES, a pancake", "cake"), "The [cake], THE [CAKES], a pancake");
  assert.equal(shown("José wrote Jose\u0301", "jose"), "[José] wrote [Jose\u0301]");
  assert.equal(shown("who brings the cake?", "cake who"), "[who] brings the [cake]?");
});

test("signs in what is searched for mean nothing", () => {
  assert.equal(shown("a.b (c) *", '"c" AND * NEAR('), "a.b ([c]) *");
  assert.equal(shown("nothing to mark", "\"'*()"), "nothing to mark");
});

test("a long text is cut around the first word found, between words", () => {
  const long = `${"before ".repeat(100)}the needle ${"after ".repeat(100)}`;
  const text = shown(long, "needle");
  assert.match(text, /^… before .*the \[needle\] after .* …$/);
  assert.ok(text.length < 300);
  assert.equal(shown("x".repeat(300), "y").length, 262);
  assert.match(shown(`${"x".repeat(300)} needle`, "needle"), /\[needle\]$/);
});

test("nothing is lost of a short text", () => {
  for (const text of ["", "a", " a  b\n", "🎺 a"]) assert.equal(markedWords(text, "a").map((part) => part.text).join(""), text);
});
