import { parseInline } from "./inline_markdown.js";
import { NOBODY } from "./mention_names.js";

/**
 * The part of Markdown that chats use, as a tree. What is no markup stays as it was typed, line breaks included.
 *
 * @typedef {import("./inline_nodes.js").Inline} Inline @typedef {import("./mention_names.js").MentionNames} MentionNames
 * @typedef {{type: "paragraph", children: Inline[]}} Paragraph
 * @typedef {{type: "code-block", language: string, text: string}} CodeBlock
 * @typedef {{type: "quote", children: Block[]}} Quote
 * @typedef {{number: number | null, children: Block[]}} ListItem
 * @typedef {{type: "list", ordered: boolean, items: ListItem[]}} List
 * @typedef {Paragraph | CodeBlock | Quote | List} Block
 */

/** How deep quotes and lists may stand in one another; what is deeper stays text. */
const MAX_DEPTH = 4;

/** To be looked for in a line without the blanks at its end: two runs of blanks that may touch would be counted out in all ways. */
const FENCE = /^ {0,3}(`{3,})(?:[^\S\n]*([\w+#.-]+))?$/;
// "> " and not ">": faces such as >_< and >:( are no quotes.
const QUOTE = /^>(?: |$)/;
const ITEM = /^([ \t]*)(?:-|(\d{1,3})\.)[ \t]+(?=\S)/;

/** Any text has a tree; making it takes time in proportion to its length. @param {string} text @param {MentionNames} [names] @returns {Block[]} */
export function parseMarkdown(text, names = NOBODY) {
  return new BlockParser(text.split("\n"), names, 0).parse();
}

/** Whom a text mentions, by name. @param {string} text @param {MentionNames} names */
export function mentionedNames(text, names) {
  /** @type {Set<string>} */
  const found = new Set();
  /** @param {readonly any[]} nodes blocks, items or inlines */
  const look = (nodes) => {
    for (const { type, name, children, items } of nodes) {
      if (type === "mention") found.add(name);
      look(children ?? items ?? []);
    }
  };
  look(parseMarkdown(text, names));
  return found;
}

class BlockParser {
  #next = 0;
  /** @type {Block[]} */
  #blocks = [];
  /** Lines of a paragraph that may go on. @type {string[]} */
  #open = [];

  /** @param {string[]} lines @param {MentionNames} names @param {number} depth */
  constructor(lines, names, depth) {
    this.lines = lines;
    this.names = names;
    this.depth = depth;
  }

  parse() {
    while (this.#next < this.lines.length) {
      const block = this.#special(this.#line);
      if (block === null) this.#open.push(this.lines[this.#next++] ?? "");
      else {
        this.#endParagraph();
        this.#blocks.push(block);
      }
    }
    this.#endParagraph();
    return this.#blocks;
  }

  get #line() {
    return this.lines[this.#next] ?? "";
  }

  /** @param {string} line @returns {Block | null} */
  #special(line) {
    const fence = FENCE.exec(line.trimEnd());
    if (fence) return this.#code(fence[1] ?? "", fence[2] ?? "");
    if (this.depth >= MAX_DEPTH) return null;
    if (QUOTE.test(line)) return this.#quote();
    const item = ITEM.exec(line);
    return item && this.#list(indent(item), item[2] !== undefined);
  }

  /**
   * Up to a line that ends in the same fence: people also write it behind the last line of code. A fence with nothing after it
   * begins nothing, but may end what began within a line.
   *
   * @param {string} fence @param {string} language
   * @returns {CodeBlock | null}
   */
  #code(fence, language) {
    const code = [];
    const begin = this.#next;
    let closed = false;
    for (this.#next++; !closed && this.#next < this.lines.length; this.#next++) {
      const line = this.#line;
      const end = line.trimEnd();
      closed = end.endsWith(fence);
      const text = closed ? end.slice(0, -fence.length) : line;
      if (!closed || text.trim() !== "") code.push(text);
    }
    const text = code.join("\n");
    if (closed || text.trim() !== "") return { type: "code-block", language, text };
    this.#next = begin;
    return null;
  }

  #quote() {
    const lines = [];
    for (; this.#next < this.lines.length && QUOTE.test(this.#line); this.#next++) lines.push(this.#line.slice(2));
    return /** @type {const} */ ({ type: "quote", children: this.#inside(lines) });
  }

  /** Items of one kind and one indent; what is indented further belongs to the item above it. @param {number} base @param {boolean} ordered @returns {List} */
  #list(base, ordered) {
    /** @type {{number: number | null, lines: string[], width: number}[]} */
    const items = [];
    for (; this.#next < this.lines.length; this.#next++) {
      const line = this.#line;
      const found = ITEM.exec(line);
      const last = items.at(-1);
      if (found && indent(found) < base + 2) {
        if (indent(found) < base - 1 || (found[2] !== undefined) !== ordered) break;
        items.push({
          number: ordered ? Number(found[2]) : null,
          lines: [line.slice(found[0].length)],
          width: found[0].length,
        });
      } else if (last && /^(?: {2}|\t)[ \t]*\S/.test(line)) {
        last.lines.push(line.replace(/^[ \t]*/, (space) => space.slice(last.width)));
      } else break;
    }
    return {
      type: "list",
      ordered,
      items: items.map(({ number, lines }) => ({ number, children: this.#inside(lines) })),
    };
  }

  /** @param {string[]} lines */
  #inside(lines) {
    return new BlockParser(lines, this.names, this.depth + 1).parse();
  }

  #endParagraph() {
    const text = this.#open
      .join("\n")
      .replace(/^(?:[^\S\n]*\n)+/, "")
      .trimEnd();
    this.#open = [];
    if (text !== "") this.#blocks.push({ type: "paragraph", children: parseInline(text, this.names) });
  }
}

/** How far an item is indented, a tab being as wide as four spaces. @param {RegExpExecArray} item */
function indent(item) {
  return (item[1] ?? "").replaceAll("\t", "    ").length;
}
