// Reads pairs of JavaScript files, as JSON, from stdin and prints the names of those that do not say the same: whose
// tokens differ. Run with `node --expose-internals`: the tokenizer is the one that Node.js brings along.
const { readFileSync } = require("node:fs");
const { tokenizer } = require("internal/deps/acorn/acorn/dist/acorn");

const tokens = (file) => {
  const found = [];
  for (const { type, value } of tokenizer(readFileSync(file, "utf8"), { ecmaVersion: "latest", sourceType: "module" })) {
    found.push([type.label, value instanceof Object ? String(value.value ?? value.pattern) : value]);
  }
  return JSON.stringify(found);
};

const pairs = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(pairs.filter(([one, other]) => tokens(one) !== tokens(other)).map(([one]) => one)));
