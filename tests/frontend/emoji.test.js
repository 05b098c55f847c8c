import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isEmojiOnly } from "../../frontend/static/frontend/js/emoji/emoji_only.js";
import { emojiFor, emojiQuery } from "../../frontend/static/frontend/js/composer/emoji_query.js";
import { plainEmoji } from "../../frontend/static/frontend/js/emoji/plain_emoji.js";

const DATA = new URL(
  "../../frontend/static/frontend/vendor/emoji-picker-element-data/en/emojibase/data.json",
  import.meta.url,
);
const all = JSON.parse(readFileSync(DATA, "utf8")).flatMap(({ emoji, skins = [] }) => [
  emoji,
  ...skins.map((skin) => skin.emoji),
]);

test("every emoji of the picker is known as one, alone and in threes", () => {
  assert.ok(all.length > 3_000);
  for (const emoji of all)
    for (const text of [emoji, plainEmoji(emoji), `${emoji}${emoji} ${emoji}`]) assert.ok(isEmojiOnly(text), text);
});

test("an emoji has one form: its short one, as long as it is drawn in colour", () => {
  assert.equal(plainEmoji("👍\ufe0f"), "👍");
  for (const emoji of ["❤\ufe0f", "1\ufe0f⃣", "🏳\ufe0f‍🌈", "👍🏽"]) assert.equal(plainEmoji(emoji), emoji);
  assert.equal(new Set(all.map(plainEmoji)).size, new Set(all).size);
});

test("the name of an emoji is being typed behind a colon that begins a word, from its second letter on", () => {
  assert.deepEqual(emojiQuery(":sm"), { at: 0, query: "sm" });
  assert.deepEqual(emojiQuery("well done :thumbs_u"), { at: 10, query: "thumbs_u" });
  assert.deepEqual(emojiQuery("(:tada:"), { at: 1, query: "tada:" });
  assert.deepEqual(emojiQuery(":+1"), { at: 0, query: "+1" });
  assert.deepEqual(emojiQuery(`${"x".repeat(500)} :100`), { at: 501, query: "100" });
  for (const text of [
    "",
    ":",
    ":s",
    ":D",
    ":DD",
    ":-)",
    "10:30",
    "at :30",
    "note:so",
    "https://a",
    "std::vector",
    ":tada: ",
    ":a b",
    ":sm::",
  ]) {
    assert.equal(emojiQuery(text), null, text);
  }
});

test("emoji named so come first, each by the name that fits; a closed name is that one or none", () => {
  const found = [
    { emoji: "😀", names: ["grinning", "grinning_face"] },
    { emoji: "😄", names: ["grinning_face_with_closed_eyes", "smile"] },
    { emoji: "😃", names: ["smiley"] },
  ];
  const offered = (query) => emojiFor(found, query).map(({ emoji, name }) => `${emoji}${name}`);
  assert.deepEqual(offered("smile"), ["😄smile", "😃smiley", "😀grinning"]);
  assert.deepEqual(offered("smile:"), ["😄smile"]);
  assert.deepEqual(offered("smil:"), []);
});
