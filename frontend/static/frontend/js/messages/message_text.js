import { make } from "../page/elements.js";

const LINK = /https?:\/\/[^\s<>"]+/gi;

/**
 * Cuts text into plain parts and web addresses. Punctuation that ends a sentence, and a bracket the address did not open,
 * belong to the text.
 *
 * @param {string} text
 * @returns {{text: string, href: string | null}[]}
 */
export function splitLinks(text) {
  const parts = [];
  let done = 0;
  for (const match of text.matchAll(LINK)) {
    const address = trimAddress(match[0]);
    const href = hrefOf(address);
    if (href === null) continue;
    if (match.index > done) parts.push({ text: text.slice(done, match.index), href: null });
    parts.push({ text: address, href });
    done = match.index + address.length;
  }
  if (done < text.length) parts.push({ text: text.slice(done), href: null });
  return parts;
}

/** Fills an element with a message's text. @param {Element} element @param {string} text */
export function fillWithText(element, text) {
  element.replaceChildren(...splitLinks(text).map(({ text: part, href }) => (href === null ? document.createTextNode(part) : link(part, href))));
}

/** @param {string} text @param {string} href */
function link(text, href) {
  const anchor = make("a", "", text);
  anchor.href = href;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer nofollow";
  return anchor;
}

/** @param {string} address */
function trimAddress(address) {
  let trimmed = address.replace(/[.,;:!?'*_]+$/, "");
  while (trimmed.endsWith(")") && trimmed.split(")").length > trimmed.split("(").length) trimmed = trimmed.slice(0, -1);
  return trimmed;
}

/** @param {string} address of http or https: the pattern finds no other */
function hrefOf(address) {
  try {
    return new URL(address).href;
  } catch {
    return null;
  }
}
