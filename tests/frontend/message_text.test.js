import assert from "node:assert/strict";
import { test } from "node:test";
import { bareAddress, safeHref } from "../../frontend/static/frontend/js/text/addresses.js";
import { initials } from "../../frontend/static/frontend/js/messages/avatar.js";
import { isEmojiOnly } from "../../frontend/static/frontend/js/emoji/emoji_only.js";
import { MentionNames } from "../../frontend/static/frontend/js/text/mention_names.js";
import { mentionedNames } from "../../frontend/static/frontend/js/text/markdown.js";

test("http, https and mailto may be links, and nothing else may, however it is disguised", () => {
  for (const address of ["http://a.example", "HTTPS://a.example/b?c#d", "mailto:a@b.example"])
    assert.ok(safeHref(address), address);
  for (const address of [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "\u0001javascript:alert(1)",
    "vbscript:x",
    "data:text/html,<script>alert(1)</script>",
    "blob:https://a.example/1",
    "file:///etc/passwd",
    "ftp://a.example",
    "//a.example",
    "/admin/",
    "https:a.example",
    "https://",
    "https://a\u0000b.example",
    "https://a.example/\u202egnp.exe",
    "http://[",
    "",
  ])
    assert.equal(safeHref(address), null, JSON.stringify(address));
});

test("a bare address ends before what ends the sentence, and before quotes and brackets of markup", () => {
  for (const [text, address] of [
    ["https://example.org/a?b=c#d, or", "https://example.org/a?b=c#d"],
    ["http://example.org/x_(y)). Bye", "http://example.org/x_(y)"],
    ["https://example.org/**", "https://example.org/"],
    ["https://example.org/a.)...", "https://example.org/a"],
    ["https://example.org/。次", "https://example.org/。次"],
    ["https://example.org/。", "https://example.org/"],
    ['https://example.org/"onmouseover="x', "https://example.org/"],
    ["https://example.org/<script>", "https://example.org/"],
    ["https://a.example](https://b.example)", "https://a.example"],
    ["https://example.org/?a[]=1", "https://example.org/?a[]=1"],
  ])
    assert.equal(bareAddress(text, 0), address);
});

test("a mention is the longest name that stands as words of its own", () => {
  const names = new MentionNames(["Ana", "Ana Maria", "Bob", "o'Neil (ops)", "遠藤 恵美"], "Ana");
  const mentioned = (text) => [...mentionedNames(text, names)];
  assert.deepEqual(mentioned("@Ana Maria and @bob, @Ana"), ["Ana Maria", "Bob", "Ana"]);
  assert.deepEqual(mentioned("**@Bob** > @Ana\n> - @o'neil (ops)"), ["Bob", "Ana", "o'Neil (ops)"]);
  assert.deepEqual(mentioned("@遠藤 恵美"), ["遠藤 恵美"]);
  for (const text of [
    "@Bobby",
    "mail@Bob",
    "é@Bob",
    "@ Bob",
    "`@Bob`",
    "```\n@Bob\n```",
    "\\@Bob",
    "@",
    "[@Bob](https://a.example)",
  ])
    assert.deepEqual(mentioned(text), [], text);
});

test("up to three emoji alone are shown large; digits, signs and words are not", () => {
  for (const text of ["😀", "👍🏽", "❤️", "👨‍👩‍👧‍👦", "🇩🇪 🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "🎉🎉🎉", " 🙂\n"])
    assert.ok(isEmojiOnly(text), text);
  for (const text of ["", " ", "1", "12", "#", "*", "🎉🎉🎉🎉", "ok 👍", "🇩", "\u200d"])
    assert.ok(!isEmojiOnly(text), text);
});

test("initials are the first letters of the first and the last name", () => {
  assert.deepEqual(["Alice Adler", "bob", "Ana María de la Cruz", "遠藤 恵美", "", "😀"].map(initials), [
    "AA",
    "BO",
    "AC",
    "遠恵",
    "?",
    "😀",
  ]);
});
