import { isEmojiOnly } from "../emoji/emoji_only.js";
import { parseMarkdown } from "./markdown.js";
import { NOBODY } from "./mention_names.js";
import { make } from "../dom/elements.js";

/** @typedef {import("./mention_names.js").MentionNames} MentionNames @typedef {import("./markdown.js").Block} Block @typedef {import("./inline_nodes.js").Inline} Inline */

const TAGS = Object.freeze({ strong: "strong", emphasis: "em", strike: "s" });

/** What elements are filled with. @type {WeakMap<Element, {text: string, names: MentionNames}>} */
const contents = new WeakMap();

/**
 * Fills an element with a message's text: Markdown as elements, everything else as text.
 *
 * @param {Element} element @param {string} text @param {MentionNames} [names] who can be mentioned
 */
export function fillWithText(element, text, names = NOBODY) {
  contents.set(element, { text, names });
  const blocks = parseMarkdown(text, names).map((each) => block(each, names.own));
  // Each block is written from its own left or right; what is in it follows.
  for (const each of blocks) each.dir ||= "auto";
  element.replaceChildren(...blocks);
  element.classList.toggle("emoji-only", isEmojiOnly(text));
}

/** Marks whom a text mentions, now that it is known who can be. @param {Element} element filled with text @param {MentionNames} names */
export function markMentions(element, names) {
  const content = contents.get(element);
  if (content && content.names !== names) fillWithText(element, content.text, names);
}

/** @param {Block} node @param {string | null} me @returns {HTMLElement} */
function block(node, me) {
  switch (node.type) {
    case "paragraph":
      return make("p", "", inlines(node.children, me));
    case "quote":
      return make("blockquote", "", blocks(node.children, me));
    case "list":
      return node.ordered ? make("ol", "", items(node, me)) : make("ul", "", items(node, me));
    case "code-block":
      return codeBlock(node);
  }
}

/** @param {Block[]} nodes @param {string | null} me */
const blocks = (nodes, me) => nodes.map((node) => block(node, me));

/** @param {import("./markdown.js").List} list @param {string | null} me */
function items(list, me) {
  return list.items.map(({ number, children }) => {
    const item = make("li", "", blocks(children, me));
    if (number !== null) item.value = number;
    return item;
  });
}

/** @param {import("./markdown.js").CodeBlock} node */
function codeBlock({ language, text }) {
  const pre = make("pre", "code-block", [make("code", "", text)]);
  pre.dir = "ltr";
  // Wide code is scrolled, by keyboard too.
  pre.tabIndex = 0;
  pre.setAttribute("role", "group");
  pre.setAttribute("aria-label", language ? `Code, ${language}` : "Code");
  if (language) pre.dataset.language = language;
  return pre;
}

/** @param {Inline[]} nodes @param {string | null} me @returns {Node[]} */
function inlines(nodes, me) {
  return nodes.map((node) => {
    switch (node.type) {
      case "text":
        return document.createTextNode(node.text);
      case "code":
        return make("code", "", node.text);
      case "link":
        return link(node.href, inlines(node.children, me));
      case "mention":
        return node.name === me ? make("mark", "mention own", node.text) : make("span", "mention", node.text);
      default:
        return make(TAGS[node.type], "", inlines(node.children, me));
    }
  });
}

/** @param {string} href @param {Node[]} content */
function link(href, content) {
  const anchor = make("a", "", content);
  anchor.href = anchor.title = href;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer nofollow";
  return anchor;
}
