import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../frontend/static/frontend/js", import.meta.url));
const files = readdirSync(FOLDER, { recursive: true }).filter((name) => name.endsWith(".js"));
const texts = new Map(files.map((name) => [name, readFileSync(join(FOLDER, name), "utf8")]));

/** Imports as the static files storage sees them: it reads comments, and so JSDoc's import("./x.js"), too. */
function imports(name) {
  const targets = [...texts.get(name).matchAll(/(?:from\s+|import\s*\(\s*)["'](\.[\w./]+)["']/g)].map(
    (match) => match[1],
  );
  return new Set(targets.map((target) => posix.join(posix.dirname(name), target)));
}

test("every import names a file that exists", () => {
  for (const name of files)
    for (const target of imports(name)) assert.ok(texts.has(target), `${name} imports ${target}`);
});

test("nothing imports in a circle, types included: hashed file names could never settle", () => {
  const done = new Set();
  function visit(name, path) {
    assert.ok(!path.includes(name), `circle: ${[...path, name].join(" -> ")}`);
    if (done.has(name)) return;
    for (const target of imports(name)) visit(target, [...path, name]);
    done.add(name);
  }
  for (const name of files) visit(name, []);
});

test("every module stays small enough to hold in the head", () => {
  for (const [name, text] of texts) assert.ok(text.split("\n").length <= 161, `${name} has grown too long`);
});

test("nothing writes markup or styles, runs text as code, or calls another host", () => {
  for (const [name, text] of texts) {
    assert.doesNotMatch(
      text,
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setAttribute\("style"/,
      name,
    );
    assert.doesNotMatch(text.replace(/http:\/\/www\.w3\.org\S*/g, ""), /["'`]https?:\/\/\w/, name);
  }
});
