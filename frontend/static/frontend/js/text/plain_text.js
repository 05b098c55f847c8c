import { parseMarkdown } from "./markdown.js";

/** Enough of a message to find its first line in, or to say aloud. */
const LOOKED_AT = 400;

/** The beginning of a message without its markup, to be spoken or shown where there is no markup. @param {string} text */
export function plainText(text) {
  return parseMarkdown(text.slice(0, LOOKED_AT)).map(textOf).join("\n");
}

/** How a message begins, without its markup, for where there is room for one line. @param {string} text */
export function firstLine(text) {
  const [block] = parseMarkdown(text.slice(0, LOOKED_AT).trimStart());
  const [line = ""] = textOf(block).trimStart().split("\n", 1);
  return line;
}

/** @param {any} node a block, an item or an inline @returns {string} */
function textOf(node) {
  if (node?.items || node?.type === "quote") return (node.items ?? node.children).map(textOf).join("\n");
  return node?.text ?? (node?.children ?? []).map(textOf).join("");
}
