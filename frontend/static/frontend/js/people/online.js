/** @typedef {import("../connection/protocol.js").PresenceFrame} PresenceFrame */

/** Who is there, as far as this page can know: `welcome` says it, `presence` frames keep it up to date. */
export class Online {
  /** @type {Set<number>} */
  #people = new Set();

  /** @param {number} me @param {() => void} changed */
  constructor(me, changed) {
    this.me = me;
    this.changed = changed;
  }

  /** @param {number[]} people */
  welcome(people) {
    this.#people = new Set(people);
    this.changed();
  }

  /** The same news comes once for each room shared. @param {PresenceFrame} frame */
  heard({ user, state }) {
    const there = state === "online";
    if (there === this.#people.has(user.id)) return;
    if (there) this.#people.add(user.id);
    else this.#people.delete(user.id);
    this.changed();
  }

  /** @param {number} person */
  has(person) {
    return person === this.me || this.#people.has(person);
  }
}
