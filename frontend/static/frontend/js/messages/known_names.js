/** @typedef {import("../connection/protocol.js").Person} Person */

/** @typedef {{me: Person, names: KnownNames, files: import("../uploads/shelf.js").Shelf}} Reader who reads this page, with the files that are on their way */

/** What people are called, as far as this page has met them. The others are asked for once. */
export class KnownNames {
  /** @type {Map<number, string>} */
  #names = new Map();
  #asked = false;

  /** @param {() => Promise<Person[]>} ask @param {() => void} learned more names are known now */
  constructor(ask, learned) {
    this.ask = ask;
    this.learned = learned;
  }

  /** @param {Person} person */
  met({ id, name }) {
    this.#names.set(id, name);
  }

  /** "You, Alice and 2 others" @param {number[]} people @param {number} me */
  list(people, me) {
    const known = people.flatMap((id) => (id === me ? [] : (this.#names.get(id) ?? [])));
    const named = people.includes(me) ? ["You", ...known] : known;
    const others = people.length - named.length;
    if (others > 0) void this.#learn();
    const all = others > 0 ? [...named, others === 1 ? "1 other" : `${others} others`] : named;
    return all.length < 2 ? (all[0] ?? "") : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
  }

  async #learn() {
    if (this.#asked) return;
    this.#asked = true;
    try {
      for (const person of await this.ask()) this.met(person);
      this.learned();
    } catch {
      // No connection: the next one who is not known will be asked for again.
      this.#asked = false;
    }
  }
}
