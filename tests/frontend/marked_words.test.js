import assert from "node:assert/strict";
import { test } from "node:test";
import { markedMessage, markedWords } from "../../frontend/static/frontend/js/search/marked_words.js";

/** As the reader sees it, with what is marked in brackets. */
const shown = (text, query) =>
  markedWords(text, query)
    .map(({ text: part, found }) => (found ? `[${part}]` : part))
    .join("");

test("words are marked whatever their case and accents, the last one from its beginning", () => {
  assert.equal(shown("The cake, THE CAKES, a pancake", "cake"), "The [cake], THE [CAKES], a pancake");
  assert.equal(shown("José wrote Jose\u0301", "jose"), "[José] wrote [Jose\u0301]");
  assert.equal(shown("who brings cakes, a cake?", "cake who"), "[who] brings cakes, a [cake]?");
});

test("emoji and scripts without spaces are marked wherever they stand", () => {
  assert.equal(shown("おはようございます。Hello", "ござい hel"), "おはよう[ござい]ます。[Hello]");
  assert.equal(shown("a☕b ☕", "☕"), "a[☕]b [☕]");
});

test("signs in what is searched for mean nothing", () => {
  assert.equal(shown("a.b (c) AND d", '"c" NEAR('), "a.b ([c]) AND d");
  assert.equal(shown("it's here", "it's"), "[it]'[s] here");
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
  for (const text of ["", "a", " a  b\n", "🎺 a"])
    assert.equal(
      markedWords(text, "a")
        .map((part) => part.text)
        .join(""),
      text,
    );
});

test("of a message the markup is left out, unless it is what was found", () => {
  const found = (/** @type {string} */ body, /** @type {string} */ query) =>
    markedMessage(body, query)
      .map(({ text, found }) => (found ? `[${text}]` : text))
      .join("");
  assert.equal(found("Two **numbats** and `a numbat`", "numbats"), "Two [numbats] and a numbat");
  assert.equal(found("```python\nprint(1)\n```", "print"), "[print](1)");
  assert.equal(found("```python\nprint(1)\n```", "python"), "```[python]\nprint(1)\n```");
});
