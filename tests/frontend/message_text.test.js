import assert from "node:assert/strict";
import { test } from "node:test";
import { initials } from "../../frontend/static/frontend/js/messages/avatar.js";
import { splitLinks } from "../../frontend/static/frontend/js/messages/message_text.js";

const links = (text) => splitLinks(text).filter((part) => part.href).map((part) => part.text);

test("text without addresses stays one piece, whatever it looks like", () => {
  for (const text of ["plain", "<img src=x onerror=alert(1)>", "javascript:alert(1)", "data:text/html,<b>", "ftp://example.org", "http://"])
    assert.deepEqual(splitLinks(text), [{ text, href: null }]);
});

test("addresses are found, and the text around them is kept to the letter", () => {
  const text = "see https://example.org/a?b=c#d, or (http://example.org/x_(y)). Bye!";
  assert.deepEqual(links(text), ["https://example.org/a?b=c#d", "http://example.org/x_(y)"]);
  assert.equal(splitLinks(text).map((part) => part.text).join(""), text);
});

test("an address never reaches past quotes or brackets of markup", () => {
  assert.deepEqual(links('https://example.org/"onmouseover="x'), ["https://example.org/"]);
  assert.deepEqual(links("https://example.org/<script>"), ["https://example.org/"]);
});

test("initials are the first letters of the first and the last name", () => {
  assert.deepEqual(["Alice Adler", "bob", "Ana María de la Cruz", "遠藤 恵美", "", "😀"].map(initials), ["AA", "BO", "AC", "遠恵", "?", "😀"]);
});
