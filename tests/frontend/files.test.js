import assert from "node:assert/strict";
import { test } from "node:test";
import { described, kindOf, sizeName, typeName } from "../../frontend/static/frontend/js/files/file.js";
import { rowsOf } from "../../frontend/static/frontend/js/files/rows.js";
import { inOneLine, inWords } from "../../frontend/static/frontend/js/files/words.js";

const file = (name, type = "application/octet-stream", more = {}) => ({
  id: name,
  name,
  type,
  bytes: 1,
  url: `/files/1/${name}`,
  ...more,
});
const cat = file("cat.jpg", "image/jpeg", { width: 4, height: 3 });

test("a picture is one whose size is known; what could run something is none, and no video either", () => {
  assert.equal(kindOf(cat), "picture");
  assert.equal(kindOf(file("cat.svg", "image/svg+xml")), "other");
  assert.equal(kindOf(file("cat.jpg", "image/jpeg")), "other");
  assert.equal(kindOf(file("a.mp4", "video/mp4")), "video");
  assert.equal(kindOf(file("a.ogg", "audio/ogg")), "audio");
  assert.equal(kindOf(file("a.png", "text/html")), "other");
});

test("a type is what people call it: the end of the name, if it is one, or what the server found", () => {
  const names = {
    "a.pdf": "PDF",
    "b.tar.gz": "GZ",
    ".env": "File",
    "c.": "File",
    "d.what is this": "File",
    "": "File",
  };
  for (const [name, type] of Object.entries(names)) assert.equal(typeName(file(name)), type, name);
  assert.equal(typeName(file("scan", "application/pdf")), "PDF");
  assert.equal(typeName(file("x.\u202egpj", "application/pdf")), "PDF");
});

test("sizes are told as people tell them", () => {
  const sizes = [0, 1, 999, 1000, 12_345, 123_456, 999_999, 3_400_000, 2_147_483_648].map(sizeName);
  assert.deepEqual(sizes, ["0 bytes", "1 byte", "999 bytes", "1 kB", "12 kB", "123 kB", "1 MB", "3.4 MB", "2.1 GB"]);
});

test("what is said of a message without words is what it carries", () => {
  assert.equal(inOneLine({ body: "", files: [cat] }), "Picture: cat.jpg");
  assert.equal(inOneLine({ body: "", files: [{ ...cat, description: "Our cat" }] }), "Picture: Our cat");
  assert.equal(inOneLine({ body: "", files: [cat, cat] }), "2 pictures");
  assert.equal(inOneLine({ body: "", files: [cat, file("a.pdf")] }), "2 files");
  assert.equal(inOneLine({ body: "", files: [file("a.mp4", "video/mp4")] }), "Video: a.mp4");
  assert.equal(inOneLine({ body: "**Look**\nthere", files: [cat] }), "Look");
  assert.equal(inWords({ body: "**Look**", files: [cat] }), "Look\nPicture: cat.jpg");
  assert.equal(inWords({ body: "**Look**" }), "Look");
  assert.equal(inWords({ body: "", files: [] }), "");
  assert.equal(described({ ...cat, description: "" }), "cat.jpg");
});

test("any number of pictures stands in rows of two or three, the fuller ones below", () => {
  const rows = [2, 3, 4, 5, 6, 7, 8, 9, 10].map((count) => rowsOf(count).join(" "));
  assert.deepEqual(rows, ["2", "3", "2 2", "2 3", "3 3", "2 2 3", "2 3 3", "3 3 3", "2 2 3 3"]);
});
