import { folded } from "./folded.js";

/** Finds names by a few of their letters, in order: "dsg" finds "Design". Pure. */

const NEXT_TO_LAST = 9;
const START_OF_WORD = 8;
const ANYWHERE = 1;

/**
 * How well the letters fit: the best of all ways to find them. Null if they are not all there, in this order.
 *
 * @param {string} query @param {string} name
 * @returns {number | null}
 */
export function score(query, name) {
  const text = [...folded(name)];
  /** The best way to find the letters so far, the last of them at each place. @type {number[] | null} */
  let best = null;
  for (const letter of folded(query).replace(/\s/gu, "")) best = nextRow(text, letter, best);
  const found = Math.max(...(best ?? [0]));
  return found === -Infinity ? null : found - text.length / 1_000;
}

/**
 * What fits, best first; equals stay in the order given.
 *
 * @template T
 * @param {string} query @param {T[]} options @param {(option: T) => string} nameOf
 * @returns {T[]}
 */
export function rank(query, options, nameOf) {
  if (query.trim() === "") return options;
  const scored = options.map((option) => ({ option, points: score(query, nameOf(option)) ?? -Infinity }));
  const fit = scored.filter(({ points }) => points !== -Infinity);
  return fit.sort((a, b) => b.points - a.points).map(({ option }) => option);
}

/**
 * @param {string[]} text @param {string} letter @param {number[] | null} before
 * @returns {number[]}
 */
function nextRow(text, letter, before) {
  let reached = before ? -Infinity : 0;
  return text.map((each, at) => {
    const anew = reached + (startsWord(text, at) ? START_OF_WORD : ANYWHERE);
    const besides = (before?.[at - 1] ?? -Infinity) + NEXT_TO_LAST;
    reached = Math.max(reached, before?.[at] ?? -Infinity);
    return each === letter ? Math.max(anew, besides) : -Infinity;
  });
}

/** @param {string[]} text @param {number} at */
function startsWord(text, at) {
  return /[^\p{L}\p{N}]/u.test(text[at - 1] ?? " ");
}
