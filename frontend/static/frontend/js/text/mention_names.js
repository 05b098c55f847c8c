const WORD = /[\p{L}\p{N}_]/u;

/** The names that `@` may stand before: those of a room's members. */
export class MentionNames {
  /** By how they begin, then by length, the longest first: names in small letters to names. @type {Map<string, Map<number, Map<string, string>>>} */
  #names = new Map();

  /** @param {Iterable<string>} names @param {string | null} [own] the reader's */
  constructor(names, own = null) {
    this.own = own;
    for (const name of [...new Set(names)].sort((a, b) => b.length - a.length)) {
      const begun = getOrMake(this.#names, small(name.slice(0, 1)));
      getOrMake(begun, name.length).set(small(name), name);
    }
  }

  /** The longest name that stands, as words of its own, after the `@` at this place. @param {string} text @param {number} at */
  find(text, at) {
    const begun = this.#names.get(small(text.slice(at + 1, at + 2)));
    if (!begun || WORD.test(lastCharacter(text.slice(Math.max(0, at - 2), at)))) return null;
    for (const [length, names] of begun) {
      const name = names.get(small(text.slice(at + 1, at + 1 + length)));
      if (name && !(WORD.test(lastCharacter(name)) && WORD.test(firstCharacter(text, at + 1 + length)))) return name;
    }
    return null;
  }
}

export const NOBODY = new MentionNames([]);

/** @param {string} text */
const small = (text) => text.toLowerCase();

/** @param {string} text @param {number} at */
const firstCharacter = (text, at) => String.fromCodePoint(text.codePointAt(at) ?? 32);

/** @param {string} text */
const lastCharacter = (text) => [...text].at(-1) ?? " ";

/** @template K, A, B @param {Map<K, Map<A, B>>} map @param {K} key @returns {Map<A, B>} */
function getOrMake(map, key) {
  const found = map.get(key) ?? new Map();
  map.set(key, found);
  return found;
}
