import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { MentionNames } from "../../frontend/static/frontend/js/text/mention_names.js";
import { parseMarkdown } from "../../frontend/static/frontend/js/text/markdown.js";
import { seeded } from "./support.js";

const NAMES = new MentionNames(["Ana", "Ana Maria", "Bob"]);

/** A tree as a short text: <b>, <i>, <s>, <c>, <a href>, <@> and one line a block. */
function inline(nodes) {
  const short = { strong: "b", emphasis: "i", strike: "s" };
  return nodes
    .map((node) => {
      if (node.type === "text") return node.text;
      if (node.type === "code") return `<c>${node.text}</c>`;
      if (node.type === "mention") return `<@${node.name}>`;
      if (node.type === "link") return `<a ${node.href}>${inline(node.children)}</a>`;
      return `<${short[node.type]}>${inline(node.children)}</${short[node.type]}>`;
    })
    .join("");
}

function shown(blocks) {
  return blocks.map((block) => {
    if (block.type === "paragraph") return inline(block.children);
    if (block.type === "code-block") return { code: block.text, ...(block.language && { language: block.language }) };
    if (block.type === "quote") return { quote: shown(block.children) };
    return {
      [block.ordered ? "ol" : "ul"]: block.items.map(({ number, children }) =>
        number === null ? shown(children) : [number, ...shown(children)],
      ),
    };
  });
}

const tree = (text) => shown(parseMarkdown(text, NAMES));
const check = (cases) => {
  for (const [text, ...blocks] of cases) assert.deepEqual(tree(text), blocks, JSON.stringify(text));
};

test("styles", () => {
  check([
    ["**bold**, *italic*, ~~struck~~", "<b>bold</b>, <i>italic</i>, <s>struck</s>"],
    ["***both*** and **bold *and italic***", "<b><i>both</i></b> and <b>bold <i>and italic</i></b>"],
    ["*italic **and bold***", "<i>italic <b>and bold</b></i>"],
    ["~~*a* **b**~~", "<s><i>a</i> <b>b</b></s>"],
    ["重要**必読**です", "重要<b>必読</b>です"],
    ["*over\ntwo lines*", "<i>over\ntwo lines</i>"],
    ['**"quoted"**, (*in brackets*)', '<b>"quoted"</b>, (<i>in brackets</i>)'],
  ]);
});

test("signs that are no markup stay as they were typed", () => {
  for (const text of [
    "2 * 3 * 4 = 24, 2*3*4, a**b**c",
    "snake_case_name and __init__",
    "**open, *open, ~~open, `open, [open",
    "a ~ b ~ c, ~/bin, ~5, ****, *, **, ~~",
    "* no list\n*no style",
    "*not over\n\na blank line*",
    "¯\\_(ツ)_/¯ and C:\\temp",
    ">_< and >:( and 3 > 2",
    "-5 degrees\n--\n1.5 km\n2024. A year",
    "  two spaces  inside",
    "<b>&amp;</b> <script>alert(1)</script>",
    "bob@example.org, @nobody, @",
    "[ ] todo [x] done [1]: a(b)",
  ])
    assert.deepEqual(tree(text), [text]);
});

test("a backslash keeps a sign from being markup", () => {
  check([
    [
      "\\*a\\* \\`b\\` \\[c](https://a.example/) \\@Bob \\~~d~~",
      "*a* `b` [c](<a https://a.example/>https://a.example/</a>) @Bob ~~d~~",
    ],
  ]);
});

test("code keeps what is in it", () => {
  check([
    ["`**a** @Bob https://a.example`", "<c>**a** @Bob https://a.example</c>"],
    ["``a ` b`` and `` `c` ``", "<c>a ` b</c> and <c>`c`</c>"],
    ["`a` ``b` c``` d", "<c>a</c> ``b` c``` d"],
    ["*a `*` b*", "<i>a <c>*</c> b</i>"],
    ["a `lone tick\n\nand another` one", "a `lone tick\n\nand another` one"],
  ]);
});

test("code blocks", () => {
  check([
    ["```\n **a**\n\n> b\n```", { code: " **a**\n\n> b" }],
    ["before\n```python\nprint(1)\n```\nafter", "before", { code: "print(1)", language: "python" }, "after"],
    ["```c++\nx```\nafter", { code: "x", language: "c++" }, "after"],
    ["```\nnever closed", { code: "never closed" }],
    ["see ```\nx = 1\n```", "see <c>\nx = 1\n</c>"],
    ["a\n```\n", "a\n```"],
    ["````\n```\n````", { code: "```" }],
    ["```not(a fence)\n\nx```", "<c>not(a fence)\n\nx</c>"],
    ["``` is how a block begins", "``` is how a block begins"],
    ["```\n```", { code: "" }],
  ]);
});

test("quotes", () => {
  check([
    ["> a\n> **b**\nc", { quote: ["a\n<b>b</b>"] }, "c"],
    ["> a\n> > b\n>\n> c", { quote: ["a", { quote: ["b"] }, "c"] }],
    ["> ```\n> x\n> ```\n> - y", { quote: [{ code: "x" }, { ul: [["y"]] }] }],
  ]);
});

test("lists", () => {
  check([
    ["- a\n- *b*\n\nc", { ul: [["a"], ["<i>b</i>"]] }, "c"],
    [
      "3. a\n3. b\n10. c",
      {
        ol: [
          [3, "a"],
          [3, "b"],
          [10, "c"],
        ],
      },
    ],
    ["- a\n  more\n  - b\n    - c\n- d\ntext", { ul: [["a\nmore", { ul: [["b", { ul: [["c"]] }]] }], ["d"]] }, "text"],
    [
      "1. a\n   ```\n   x\n     y\n   ```\n2. b",
      {
        ol: [
          [1, "a", { code: "x\n  y" }],
          [2, "b"],
        ],
      },
    ],
    ["- a\n1. b", { ul: [["a"]] }, { ol: [[1, "b"]] }],
    ["Shopping:\n- milk", "Shopping:", { ul: [["milk"]] }],
  ]);
});

test("links", () => {
  check([
    ["[**a** b](https://a.example/x_(y))!", "<a https://a.example/x_(y)><b>a</b> b</a>!"],
    ["[mail](mailto:a@b.example)", "<a mailto:a@b.example>mail</a>"],
    ["*see https://a.example/b*, ok", "<i>see <a https://a.example/b>https://a.example/b</a></i>, ok"],
    ["[https://a.example](https://a.example)", "<a https://a.example/>https://a.example</a>"],
  ]);
  for (const text of [
    "[a](javascript:alert(1))",
    "[a](jAvAsCrIpT:x)",
    "[a](data:text/html,b)",
    "[a](vbscript:x)",
    "[a](/admin/)",
    "[a]()",
    "[](https:x)",
    "http://",
    "javascript:alert(1)",
  ])
    assert.deepEqual(tree(text), [text]);
});

test("the text of a link never names another address than the one it leads to", () => {
  check([
    [
      "[https://bank.example](https://evil.example)",
      "[<a https://bank.example/>https://bank.example</a>](<a https://evil.example/>https://evil.example</a>)",
    ],
  ]);
});

test("no invisible, styled or similar character in the text of a link hides that it is an address", () => {
  const unseen = [
    "\u200b",
    "\u200d",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "\u202e",
    "\u2066",
    "\u3164",
    "\u115f",
    "\u2800",
    "\u200a",
  ];
  const labels = unseen.flatMap((sign) => [`https:${sign}//bank.example`, `https:/${sign}/bank.example`]);
  labels.push(
    "https:**//**bank.example",
    "https`://`bank.example",
    "https\uff1a//bank.example",
    "https:\u2215\u2215bank.example",
  );
  for (const label of labels) {
    const [paragraph] = /** @type {any[]} */ (parseMarkdown(`[${label}](https://evil.example)`));
    const led = paragraph.children.filter(({ type }) => type === "link").map(({ children }) => inline(children));
    assert.deepEqual(led, ["https://evil.example"], JSON.stringify(label));
  }
  check([["[see\u00adhere](https://a.example)", "<a https://a.example/>see\u00adhere</a>"]]);
});

test("mentions", () => {
  check([["**@ana maria**, @Bob: @Bobby", "<b><@Ana Maria></b>, <@Bob>: @Bobby"]]);
});

test("blank lines stay as typed, save around blocks", () => {
  check([
    ["a\n\n\nb\n  \nc", "a\n\n\nb\n  \nc"],
    ["a\n\n> b\n\n\nc", "a", { quote: ["b"] }, "c"],
    ["", ...[]],
    ["\n \n", ...[]],
  ]);
});

// Random texts

const PIECES = [
  "*",
  "**",
  "***",
  "~~",
  "~",
  "`",
  "``",
  "```",
  "\n```",
  "\n",
  "\n\n",
  "\n> ",
  ">",
  "\n- ",
  "\n  - ",
  "\n1. ",
  " ",
  "  ",
  "\t",
  "[",
  "](",
  ")",
  "(",
  "]",
  "\\",
  "@",
  "@Ana",
  "@Ana Maria",
  "https://a.example/",
  "http://",
  "mailto:",
  "javascript:",
  "a",
  "b",
  "é",
  "日",
  "👍🏽",
  "1",
  ".",
  "-",
  "_",
  "<i>",
  "&lt;",
  "\u202e",
  "\0",
  "\ud800",
];
const LETTERS = /[^\s*~`[\]()>\\.\-\d]/gu;

const LINK_END = /\]\((?:https?:\/\/|mailto:)(?:[^\s()<>]|\([^\s()<>]*\))+\)/gi;

/** Everything a tree holds, in the order in which it was typed; of links with a text of their own, that. */
function contents(nodes) {
  return nodes
    .map(
      ({ text, language, children, items, number }) =>
        `${number ?? ""}${language ?? ""}${text ?? contents(children ?? items)}`,
    )
    .join("");
}

const letters = (text) => (text.match(LETTERS) ?? []).join("");

function isWithin(part, whole) {
  let at = 0;
  for (const unit of whole) if (part.startsWith(unit, at)) at += unit.length;
  return at === part.length;
}

test("random texts: every character that is no markup is in the tree, in order, and nothing else is", () => {
  const random = seeded(7);
  let exact = 0;
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: 1 + random() * 24 }, () => PIECES[Math.floor(random() * PIECES.length)]).join("");
    const found = letters(contents(parseMarkdown(text, NAMES)));
    const [least, most] = [text.replace(LINK_END, "]"), text].map(letters);
    assert.ok(isWithin(least, found) && isWithin(found, most), `${JSON.stringify(text)}\n${JSON.stringify(found)}`);
    exact += Number(least === most);
  }
  assert.ok(exact > 15_000, "most of them had no such link, and were compared exactly");
});

test("texts without markup come through to the letter", () => {
  const random = seeded(11);
  const plain = [
    "a",
    " ",
    "word",
    "é",
    "日本",
    "👍🏽",
    ", ",
    ".",
    "!",
    "\n",
    "&",
    "<",
    "_",
    "=",
    "#",
    "%",
    "/",
    ":",
    ";",
    '"',
  ];
  for (let round = 0; round < 5_000; round++) {
    const text = `x${Array.from({ length: random() * 30 }, () => plain[Math.floor(random() * plain.length)]).join("")}x`;
    assert.deepEqual(parseMarkdown(text, NAMES), [{ type: "paragraph", children: [{ type: "text", text }] }]);
  }
});

test("trees are never deep, however the text tries", () => {
  const depth = (nodes) =>
    nodes.reduce((deepest, { children, items }) => Math.max(deepest, 1 + depth(children ?? items ?? [])), 0);
  for (const unit of ["> ", ">", "- ", "*a **b ~~c ", "1. ", "> - ", "*a", "[", "***a"])
    assert.ok(depth(parseMarkdown(unit.repeat(4_000))) < 16, unit);
  assert.ok(depth(parseMarkdown(Array.from({ length: 100 }, (_, n) => `${"  ".repeat(n)}- a`).join("\n"))) < 16);
});

// Forty times longer than the server takes: what grows with the square of the length runs into the limit here.
test("hostile texts take time in proportion to their length", { timeout: 60_000 }, async () => {
  const units = [
    "*",
    "**",
    "*a",
    "*a ",
    "**a *b ",
    "*a_",
    "~~",
    "~~a ",
    "`",
    "`a``b```c",
    "```\n",
    "\n```",
    "[",
    "[a](",
    "](",
    "[a](http://x",
    "[a](http://(",
    "> ",
    ">",
    "\n> ",
    "\n- ",
    "- ",
    "1. ",
    "\n   ",
    " ",
    "\t",
    "\n",
    "http://",
    "http://a)",
    "http://](",
    "https://a.b/(",
    "@",
    "@A",
    "@A1",
    "@A1x",
    "\\",
    "\\*",
    "***a** ",
    "a*",
    "a.",
    "-\t",
    "\n-",
    "👍",
    "\n\n*",
    "`a\n\n",
  ];
  const names = new MentionNames(Array.from({ length: 500 }, (_, n) => `A${n}`.padEnd(3 + (n % 60), "x")));
  const texts = units.map((unit) => unit.repeat(640_000 / unit.length));
  texts.push(Array.from({ length: 1_100 }, (_, n) => "`".repeat(n)).join(" "));
  // What begins something, is followed by very much that may belong to it, and ends in what does not.
  for (const begin of ["```", "- ", "1. ", "> ", "`", "[a](http://", "[a](http://(", "http://", "@A", "\n", "- a\n"])
    for (const filler of [" ", "\t", "\u00a0", "a", ".", ")", "+"]) texts.push(`${begin}${filler.repeat(640_000)}!`);
  for (const text of texts) {
    runInNewContext("parse()", { parse: () => parseMarkdown(text, names) }, { timeout: 20_000 });
    await new Promise(setImmediate);
  }
});
