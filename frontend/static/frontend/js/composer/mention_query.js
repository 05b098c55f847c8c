import { folded } from "../text/folded.js";

/** @typedef {import("../connection/protocol.js").Person} Person */

const QUERY = /(?:^|[^\p{L}\p{N}_])@([^@\n]{0,80})$/u;

/**
 * The mention that is being typed at the caret, if one is: where its `@` stands and what follows it.
 *
 * @param {string} text what stands before the caret
 */
export function mentionQuery(text) {
  const query = QUERY.exec(text.slice(-100))?.[1];
  // After a blank the writer may mean to go on with the sentence, and Enter to send it.
  return query === undefined || /\s$/.test(query) ? null : { at: text.length - query.length - 1, query };
}

/**
 * Whom it may mean: any part of a name fits, names that begin so come first. Nobody if the one name that fits is typed already.
 *
 * @param {Person[]} people @param {string} query
 */
export function mentionable(people, query) {
  const wanted = folded(query);
  /** @param {string} name */
  const place = (name) => ` ${folded(name)}`.indexOf(` ${wanted}`) >>> 0;
  const fitting = people
    .filter(({ name }) => folded(name).includes(wanted))
    .sort((a, b) => place(a.name) - place(b.name) || a.name.localeCompare(b.name));
  return fitting.length === 1 && fitting[0]?.name.toLowerCase() === query.toLowerCase() ? [] : fitting;
}
