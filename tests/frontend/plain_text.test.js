import assert from "node:assert/strict";
import { test } from "node:test";
import { firstLine, plainText } from "../../frontend/static/frontend/js/text/plain_text.js";

test("the first line of a message has no markup", () => {
  assert.equal(firstLine("The **new** icon, a [post horn](https://example.org)\nis in"), "The new icon, a post horn");
  assert.equal(firstLine("\n\nplain *text*"), "plain text");
  assert.equal(firstLine("> quoted `code`\nand an answer"), "quoted code");
  assert.equal(firstLine("- one\n- two"), "one");
  assert.equal(firstLine("```js\nlet x = 1;\nlet y;\n```"), "let x = 1;");
  assert.equal(firstLine("cut **in the midd"), "cut **in the midd");
  assert.equal(firstLine(""), "");
});

test("what is spoken of a message has no markup, and no end that nobody would listen to", () => {
  assert.equal(plainText("**Cake** for @Bob\n- one `piece`\n- two"), "Cake for @Bob\none piece\ntwo");
  assert.equal(plainText(`> ${"long ".repeat(1_000)}`).length < 500, true);
});
