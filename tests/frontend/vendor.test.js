import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const FRONTEND = fileURLToPath(new URL("../../frontend/", import.meta.url));
const VENDOR = join(FRONTEND, "static/frontend/vendor");
const PACKAGES = join(FRONTEND, "node_modules");
const pinned = JSON.parse(readFileSync(join(FRONTEND, "package.json"), "utf8")).devDependencies;
const vendored = readdirSync(VENDOR).filter((name) => name !== "README.md");

test("every vendored file is its package's, to the byte", () => {
  assert.ok(vendored.length > 0);
  for (const name of vendored) {
    const files = readdirSync(join(VENDOR, name), { recursive: true, encoding: "utf8" }).filter((file) =>
      statSync(join(VENDOR, name, file)).isFile(),
    );
    assert.ok(files.includes("LICENSE"), name);
    for (const file of files)
      assert.ok(
        readFileSync(join(VENDOR, name, file)).equals(readFileSync(join(PACKAGES, name, file))),
        `${name}/${file}`,
      );
  }
});

test("vendored packages are pinned, and their versions written down", () => {
  const readme = readFileSync(join(VENDOR, "README.md"), "utf8");
  for (const name of vendored) {
    const { version, license } = JSON.parse(readFileSync(join(PACKAGES, name, "package.json"), "utf8"));
    assert.equal(pinned[name], version, name);
    assert.ok(readme.includes(`| ${name} | ${version} | ${license} |`), name);
  }
});
