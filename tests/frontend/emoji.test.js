import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isEmojiOnly } from "../../frontend/static/frontend/js/text/emoji_only.js";
import { plain } from "../../frontend/static/frontend/js/page/emoji_picker.js";

const DATA = new URL("../../frontend/static/frontend/vendor/emoji-picker-element-data/en/emojibase/data.json", import.meta.url);
const all = JSON.parse(readFileSync(DATA, "utf8")).flatMap(({ emoji, skins = [] }) => [emoji, ...skins.map((skin) => skin.emoji)]);

test("every emoji of the picker is known as one, alone and in threes", () => {
  assert.ok(all.length > 3_000);
  for (const emoji of all) for (const text of [emoji, plain(emoji), `${emoji}${emoji} ${emoji}`]) assert.ok(isEmojiOnly(text), text);
});

test("an emoji has one form: its short one, as long as it is drawn in colour", () => {
  assert.equal(plain("👍\ufe0f"), "👍");
  for (const emoji of ["❤\ufe0f", "1\ufe0f⃣", "🏳\ufe0f‍🌈", "👍🏽"]) assert.equal(plain(emoji), emoji);
  assert.equal(new Set(all.map(plain)).size, new Set(all).size);
});
