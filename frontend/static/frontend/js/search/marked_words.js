import { folded } from "./folded.js";

/** Words as the server's index has them: letters and digits, without case and accents. Pure. */

const WORD = /[\p{L}\p{N}\p{Mark}]+/gu;
const LONGEST = 260;
const BEFORE = 60;

/**
 * Cuts a text into what was searched for and what stands between. Of a long text, the part around the first word found.
 *
 * @param {string} text @param {string} query
 * @returns {{text: string, found: boolean}[]}
 */
export function markedWords(text, query) {
  const wanted = [...query.matchAll(WORD)].map(([word]) => folded(word));
  const hits = [...text.matchAll(WORD)].filter(([word]) => wanted.some((each) => folded(word).startsWith(each)));
  const start = startOf(text, hits[0]?.index ?? 0);
  const end = text.length - start <= LONGEST ? text.length : start + LONGEST;
  const parts = [{ text: start > 0 ? "… " : "", found: false }];
  let done = start;
  for (const { 0: word, index = 0 } of hits) {
    if (index + word.length > end) break;
    parts.push({ text: text.slice(done, index), found: false }, { text: word, found: true });
    done = index + word.length;
  }
  parts.push({ text: text.slice(done, end), found: false }, { text: end < text.length ? " …" : "", found: false });
  return parts.filter((part) => part.text !== "");
}

/** Somewhat before the hit, where a word begins. @param {string} text @param {number} hit */
function startOf(text, hit) {
  if (text.length <= LONGEST || hit <= BEFORE) return 0;
  const space = text.indexOf(" ", hit - BEFORE);
  return space === -1 || space >= hit ? hit : space + 1;
}
