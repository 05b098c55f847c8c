import { indexFor } from "./seq_index.js";

/** How many entries are kept on each side of the reader. */
export const REACH = 150;

/**
 * @typedef {{before?: number, after?: number, around?: number, limit?: number}} Question
 *   a place in the history as `history` asks for it; without one, the newest page
 */

/**
 * The part of a room's history that is held, and which part to ask for next. What is held is contiguous: between its first and
 * last entry nothing is missing, whatever happens while a page is on its way. Knows no page and no DOM.
 *
 * @template {{seq: number | null}} Entry
 * @template Happening
 */
export class HistoryWindow {
  /** Ascending by seq. @type {Entry[]} */
  entries = [];
  /** Whether there is more before the first entry, and after the last. While nothing newer is left out, what happens goes in. */
  older = false;
  newer = true;
  /** Whether what is held belongs to the server's present history. */
  loaded = false;
  /** Where to go, in the place of what is held. @type {Question | null} */
  #goal = {};
  /** @type {Question | null} */
  #asked = null;
  /** What happened since then: the answer may have been read before it. @type {Happening[]} */
  #since = [];

  get first() {
    return this.entries[0]?.seq ?? null;
  }

  get last() {
    return this.entries.at(-1)?.seq ?? null;
  }

  /** Whether the newest message is held, and what happens goes in. */
  get live() {
    return this.loaded && !this.newer;
  }

  /** Whether the newest message is held, or will be with the next answer. */
  get headsForEnd() {
    return this.#goal ? this.#goal.around === undefined : !this.newer;
  }

  /** Whether another part of the history is to come in the place of what is held. */
  get moving() {
    return this.#goal !== null;
  }

  /** Whether something with this seq belongs among what is held. @param {number} seq */
  holds(seq) {
    const { first, last } = this;
    if (first === null || last === null) return !this.newer;
    return (!this.older || seq >= first) && (!this.newer || seq <= last);
  }

  /** @param {Entry} entry with its seq @returns {number} its place */
  insert(entry) {
    const index = indexFor(this.entries, entry.seq ?? 0);
    this.entries.splice(index, 0, entry);
    return index;
  }

  /** Leaves for another part of the history. What is held stays until the answer is there. @param {Question} question newest or around */
  goTo(question) {
    const same = this.#goal?.around === question.around && this.#goal?.limit === question.limit;
    if (!this.#goal || !same) this.#goal = question;
  }

  /** What is held belongs to a history that is no more. */
  spoil() {
    this.loaded = false;
    this.newer = true;
    this.#goal = {};
  }

  /** What to ask for now. One question at a time. @param {{top: boolean, end: boolean}} near which end the reader is near to @returns {Question | null} */
  next(near) {
    if (this.#asked) return null;
    if (this.#goal) return this.#goal;
    if (near.top && this.older && this.first !== null) return { before: this.first };
    if (near.end && this.newer && this.last !== null) return { after: this.last };
    return null;
  }

  /** The question that `next` gave is on its way. @param {Question} question */
  asking(question) {
    this.#asked = question;
    this.#since = [];
  }

  /** Whatever was asked, no answer will come. */
  forgetAsking() {
    this.#asked = null;
    this.#since = [];
  }

  /** Something happened in the room. @param {Happening} happening */
  note(happening) {
    if (this.#asked) this.#since.push(happening);
  }

  /**
   * The answer to the question on its way is here.
   *
   * @param {{more: boolean, newer?: boolean}} page
   * @returns {{moved: boolean, removed: Entry[], missed: Happening[]} | null} whether this is another part of the history, what is to
   *   go, and what to take once more after the page's messages; null if nobody waits for this page any more
   */
  take({ more, newer = false }) {
    const [asked, missed] = [this.#asked, this.#since];
    this.forgetAsking();
    if (!asked || !this.#joins(asked)) return null;
    const moved = this.#goal !== null;
    const removed = moved ? this.entries.splice(0) : [];
    if (asked.after === undefined) this.older = more;
    if (asked.after !== undefined) this.newer = more;
    else if (asked.before === undefined) this.newer = newer;
    this.#goal = null;
    this.loaded = true;
    return { moved, removed, missed };
  }

  /** Whether there is enough to let go of some of it. */
  get full() {
    return this.entries.length > 2 * REACH;
  }

  /** Lets go of what is far from the reader. @param {number} reader their place among the entries @returns {Entry[]} */
  trim(reader) {
    const below = this.entries.splice(reader + REACH + 1);
    const above = this.entries.splice(0, Math.max(0, reader - REACH));
    this.newer ||= below.length > 0;
    this.older ||= above.length > 0;
    return [...above, ...below];
  }

  /** Whether the answer still fits to what is held. @param {Question} asked */
  #joins(asked) {
    if (this.#goal) return asked === this.#goal;
    return asked.before === this.first || asked.after === this.last;
  }
}
