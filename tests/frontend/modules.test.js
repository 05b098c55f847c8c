import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../frontend/static/frontend/js", import.meta.url));
const all = readdirSync(FOLDER, { recursive: true, encoding: "utf8" });
const files = all.filter((name) => name.endsWith(".js"));
const texts = new Map(files.map((name) => [name, readFileSync(join(FOLDER, name), "utf8")]));

/** From the roof down. What a module runs with is in its own folder or in one further down; types may be from anywhere. */
const ORDER =
  "app search files/list files/viewer composer composer/tray rooms/dialogs rooms people timeline messages files outbox outbox/tabs uploads outbox/storage outbox/items dialogs connection text emoji dom".split(
    " ",
  );

/** What a module imports, JSDoc's import("./x.js") included. */
function imports(name) {
  const targets = [...texts.get(name).matchAll(/(?:from\s+|import\s*\(?\s*)["'](\.[\w./]+)["']/g)].map(
    (match) => match[1],
  );
  return new Set(targets.map((target) => posix.join(posix.dirname(name), target)));
}

/** What it imports to run with. */
function runsWith(name) {
  const lines = texts.get(name).split("\n");
  const code = lines.filter((line) => !/^\s*\/?\*|\/\*\*.*import\(/.test(line)).join("\n");
  const targets = [...code.matchAll(/(?:from\s+|import\s*\(?\s*)["'](\.[\w./]+)["']/g)].map((match) => match[1]);
  return targets.map((target) => posix.join(posix.dirname(name), target));
}

test("every import names a file that exists", () => {
  for (const name of files)
    for (const target of imports(name)) assert.ok(all.includes(target), `${name} imports ${target}`);
});

test("nothing imports in a circle, types included: a circle has no place to begin reading", () => {
  const done = new Set();
  function visit(name, path) {
    assert.ok(!path.includes(name), `circle: ${[...path, name].join(" -> ")}`);
    if (done.has(name)) return;
    for (const target of imports(name)) if (texts.has(target)) visit(target, [...path, name]);
    done.add(name);
  }
  for (const name of files) visit(name, []);
});

test("folders stand in an order, and no module runs with what is above it", () => {
  assert.deepEqual([...new Set(files.map((name) => posix.dirname(name)))].sort(), [".", ...ORDER].sort());
  for (const name of files)
    for (const target of runsWith(name)) {
      const [from, to] = [name, target].map((each) => ORDER.indexOf(posix.dirname(each)));
      assert.ok(from <= to || target.startsWith("../"), `${name} imports ${target}, which is above it`);
    }
});

test("every folder holds fewer than fifteen modules: one look finds what is there", () => {
  const folders = files.map((name) => posix.dirname(name));
  for (const folder of new Set(folders)) {
    const count = folders.filter((each) => each === folder).length;
    assert.ok(count < 15, `${folder} holds ${count}`);
  }
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
