import { bareAddress, misleads, safeHref } from "./addresses.js";
import { NOBODY } from "./mention_names.js";
import { MARKS, StyleStack } from "./style_stack.js";

/** @typedef {import("./style_stack.js").Style} Style @typedef {import("./mention_names.js").MentionNames} MentionNames */

const SPECIAL = /[*~`[@\\]|https?:\/\/|\n\s*\n/gi;
const BLANK_LINE = /\n\s*\n/;
/** In the text of a link nothing else can be clicked. */
const SPECIAL_IN_LINK = /[*~`\\]/g;
const ESCAPED = /[*~`[\]@]/;
const LINK = /\[([^[\]\n]+)\]\(((?:https?:\/\/|mailto:)(?:[^\s()<>]|\([^\s()<>]*\))+)\)/iy;

/** @type {Record<string, readonly Style[]>} */
const STYLES = { "*": ["emphasis"], "**": ["strong"], "***": ["strong", "emphasis"], "~~": ["strike"] };

/** The styles, links and mentions of a text. @param {string} text @param {MentionNames} names */
export function parseInline(text, names) {
  return new InlineParser(text, names, SPECIAL).parse();
}

class InlineParser {
  #nodes = new StyleStack();
  /** Where runs of so many backticks are, the first one last. @type {Map<number, number[]> | null} */
  #ticks = null;

  /** @param {string} text @param {MentionNames} names @param {RegExp} special */
  constructor(text, names, special) {
    this.text = text;
    this.names = names;
    this.special = new RegExp(special);
  }

  parse() {
    let done = 0;
    for (let match; (match = this.special.exec(this.text)); this.special.lastIndex = done) {
      this.#nodes.addText(this.text.slice(done, match.index));
      done = this.#take(match.index, match[0]);
    }
    this.#nodes.addText(this.text.slice(done));
    return this.#nodes.finish();
  }

  /** Takes what begins here; returns where it ends. @param {number} at @param {string} found */
  #take(at, found) {
    if (found === "*" || found === "~") return this.#styleMark(at, found);
    if (found === "`") return this.#code(at);
    if (found === "[") return this.#link(at);
    if (found === "@") return this.#mention(at);
    if (found === "\\") return this.#escape(at);
    if (BLANK_LINE.test(found)) return this.#blankLines(at, found);
    return this.#address(at);
  }

  /** Styles end here: two lone stars far apart are no pair. @param {number} at @param {string} lines */
  #blankLines(at, lines) {
    this.#nodes.giveUp();
    this.#nodes.addText(lines);
    return at + lines.length;
  }

  /** @param {number} at @param {string} sign */
  #styleMark(at, sign) {
    let end = at;
    while (this.text[end] === sign) end++;
    const mark = this.text.slice(at, end);
    const [before, after] = [this.text[at - 1] ?? " ", this.text[end] ?? " "];
    // 2*3*4 and a**b are sums.
    const styles = /\w/.test(before) && /\w/.test(after) ? [] : (STYLES[mark] ?? []);
    const ended = /\s/.test(before) ? [] : styles.filter((style) => this.#nodes.depth(style) > 0);
    ended.sort((a, b) => this.#nodes.depth(b) - this.#nodes.depth(a));
    for (const style of ended) this.#nodes.end(style);
    const rest = styles.filter((style) => !ended.includes(style));
    if (styles.length === 0) this.#nodes.addText(mark);
    else if (ended.length > 0 || /\s/.test(after)) this.#nodes.addText(rest.map((style) => MARKS[style]).join(""));
    else for (const style of rest) this.#nodes.begin(style);
    return end;
  }

  /** @param {number} at */
  #code(at) {
    let start = at;
    while (this.text[start] === "`") start++;
    const ticks = this.text.slice(at, start);
    const end = this.#nextTicks(ticks.length, start);
    const code = this.text.slice(start, end);
    if (end === undefined || (ticks.length < 3 && BLANK_LINE.test(code))) {
      this.#nodes.addText(ticks);
      return start;
    }
    const padded = code.startsWith(" ") && code.endsWith(" ") && code.trim() !== "";
    this.#nodes.add({ type: "code", text: padded ? code.slice(1, -1) : code });
    return end + ticks.length;
  }

  /** @param {number} length @param {number} from */
  #nextTicks(length, from) {
    if (this.#ticks === null) {
      this.#ticks = new Map();
      for (const { 0: run, index } of [...this.text.matchAll(/`+/g)].reverse()) {
        const places = this.#ticks.get(run.length) ?? [];
        places.push(index);
        this.#ticks.set(run.length, places);
      }
    }
    const places = this.#ticks.get(length) ?? [];
    while ((places.at(-1) ?? from) < from) places.pop();
    return places.at(-1);
  }

  /** @param {number} at */
  #link(at) {
    LINK.lastIndex = at;
    const [whole = "[", label = "", address = ""] = LINK.exec(this.text) ?? [];
    const href = safeHref(address);
    const children = href === null ? [] : new InlineParser(label, NOBODY, SPECIAL_IN_LINK).parse();
    // A text that is an address itself must be the one it leads to.
    if (href === null || misleads(children.map(shownText).join(""), address)) {
      this.#nodes.addText("[");
      return at + 1;
    }
    this.#nodes.add({ type: "link", href, children });
    return at + whole.length;
  }

  /** @param {number} at */
  #mention(at) {
    const name = this.names.find(this.text, at);
    const end = at + 1 + (name?.length ?? 0);
    if (name === null) this.#nodes.addText("@");
    else this.#nodes.add({ type: "mention", name, text: this.text.slice(at, end) });
    return end;
  }

  /** @param {number} at */
  #escape(at) {
    const escaped = ESCAPED.test(this.text[at + 1] ?? "");
    this.#nodes.addText(this.text.slice(escaped ? at + 1 : at, at + (escaped ? 2 : 1)));
    return at + (escaped ? 2 : 1);
  }

  /** @param {number} at */
  #address(at) {
    const address = bareAddress(this.text, at);
    const href = safeHref(address);
    if (href === null) this.#nodes.addText(address);
    else this.#nodes.add({ type: "link", href, children: [{ type: "text", text: address }] });
    return at + address.length;
  }
}

/** @param {import("./inline_nodes.js").Inline} node @returns {string} */
function shownText(node) {
  return "text" in node ? node.text : node.children.map(shownText).join("");
}
