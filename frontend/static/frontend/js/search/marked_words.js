import { folded } from "../text/folded.js";
import { plainText } from "../text/plain_text.js";

/** @typedef {{at: number, text: string}} Hit */

const WORD = /[\p{L}\p{N}\p{Mark}]+/gu;
/** Scripts that write without spaces: looked for in the text itself, as the server does. */
const SPACELESS =
  /\p{Script=Thai}|\p{Script=Lao}|\p{Script=Myanmar}|\p{Script=Khmer}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Bopomofo}|\p{Script=Han}/u;
const LONGEST = 260;
const BEFORE = 60;

/**
 * Cuts a text into what was searched for and what stands between. Of a long text, the part around the first word found.
 *
 * @param {string} text @param {string} query
 * @returns {{text: string, found: boolean}[]}
 */
export function markedWords(text, query) {
  const hits = hitsIn(text, query);
  const start = startOf(text, hits[0]?.at ?? 0);
  const end = text.length - start <= LONGEST ? text.length : start + LONGEST;
  const parts = [{ text: start > 0 ? "… " : "", found: false }];
  let done = start;
  for (const hit of hits) {
    if (hit.at < done || hit.at + hit.text.length > end) continue;
    parts.push({ text: text.slice(done, hit.at), found: false }, { text: hit.text, found: true });
    done = hit.at + hit.text.length;
  }
  parts.push({ text: text.slice(done, end), found: false }, { text: end < text.length ? " …" : "", found: false });
  return parts.filter((part) => part.text !== "");
}

/** The same of a message, without its markup; with it where what was found is in the markup: the language of a code block, say. @param {string} body @param {string} query */
export function markedMessage(body, query) {
  const plain = markedWords(plainText(body), query);
  return plain.some(({ found }) => found) ? plain : markedWords(body, query);
}

/** Whole words, without case and accents; of the last one the beginning will do. @param {string} text @param {string} query @returns {Hit[]} */
function hitsIn(text, query) {
  const asked = query.split(/\s+/u).filter(Boolean);
  const pieces = asked.filter((each) => SPACELESS.test(each) || !/[\p{L}\p{N}]/u.test(each));
  const words = asked
    .filter((each) => !pieces.includes(each))
    .flatMap((each) => [...folded(each).matchAll(WORD)].map(([word]) => word));
  const fits = (/** @type {string} */ word) =>
    words.includes(word) || (words.length > 0 && word.startsWith(words.at(-1) ?? ""));
  const found = [...text.matchAll(WORD)]
    .filter(([word]) => fits(folded(word)))
    .map(({ 0: word, index }) => ({ at: index ?? 0, text: word }));
  return [...found, ...pieces.flatMap((piece) => occurrences(text, piece))].sort((a, b) => a.at - b.at);
}

/** @param {string} text @param {string} piece @returns {Hit[]} */
function occurrences(text, piece) {
  const hits = [];
  for (let at = text.indexOf(piece); at !== -1; at = text.indexOf(piece, at + piece.length))
    hits.push({ at, text: piece });
  return hits;
}

/** Somewhat before the hit, where a word begins. @param {string} text @param {number} hit */
function startOf(text, hit) {
  if (text.length <= LONGEST || hit <= BEFORE) return 0;
  const space = text.indexOf(" ", hit - BEFORE);
  return space === -1 || space >= hit ? hit : space + 1;
}
