/** @typedef {import("../connection/protocol.js").Person} Person */

/** Who is in which room: asked for once, then kept up to date by what happens there. */
export class Members {
  /** @type {Map<number, Promise<Person[]>>} */
  #rooms = new Map();

  /** @param {(room: number) => Promise<Person[]>} ask */
  constructor(ask) {
    this.ask = ask;
  }

  /** The same list as long as it is true. A failure is not kept: the next one asks again. @param {number} room */
  of(room) {
    return this.#rooms.get(room) ?? this.#keep(room, this.ask(room));
  }

  /** Somebody joined or left. @param {number} room @param {{id: number, name: string, joined: boolean}} member */
  changed(room, { id, name, joined }) {
    const before = this.#rooms.get(room);
    if (before)
      this.#keep(
        room,
        before.then((people) => [...people.filter((person) => person.id !== id), ...(joined ? [{ id, name }] : [])]),
      );
  }

  /** Something may have happened that this page was not told. */
  forget() {
    this.#rooms.clear();
  }

  /** @param {number} room @param {Promise<Person[]>} people */
  #keep(room, people) {
    this.#rooms.set(room, people);
    people.catch(() => this.#rooms.get(room) === people && this.#rooms.delete(room));
    return people;
  }
}
