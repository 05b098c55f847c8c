/** @typedef {import("../connection/protocol.js").Person} Person */

/** Somebody who goes on writing is told of again within this. */
export const TELL_EVERY_MS = 3_000;
/** Nobody is believed to write for longer than this without being told of again. */
export const BELIEVED_MS = 6_000;

/** Who writes where, at this moment. Pure: the time comes in. */
export class TypingList {
  /** Room to person to when they were told of last. @type {Map<number, Map<number, {name: string, at: number}>>} */
  #rooms = new Map();

  /** @param {number} room @param {Person} person @param {number} now */
  heard(room, { id, name }, now) {
    const people = this.#rooms.get(room) ?? new Map();
    this.#rooms.set(room, people.set(id, { name, at: now }));
  }

  /** Their message is there. @param {number} room @param {number} person */
  stopped(room, person) {
    this.#rooms.get(room)?.delete(person);
  }

  /** In the order in which they began. @param {number} room @param {number} now @returns {string[]} */
  names(room, now) {
    const people = this.#rooms.get(room);
    if (!people) return [];
    for (const [id, { at }] of people) if (now - at >= BELIEVED_MS) people.delete(id);
    return [...people.values()].map(({ name }) => name);
  }
}

/** @param {string[]} names */
export function typingSentence([first, second, ...others]) {
  if (first === undefined) return "";
  if (second === undefined) return `${first} is writing…`;
  return others.length === 0 ? `${first} and ${second} are writing…` : "Several people are writing…";
}

/** When to tell the others that one writes: at once, then every few seconds for as long as it goes on. */
export class TypingSignal {
  #toldAt = -Infinity;
  #room = 0;

  /** The reader has typed something; returns whether to tell. @param {number} room @param {number} now */
  typed(room, now) {
    if (room === this.#room && now - this.#toldAt < TELL_EVERY_MS) return false;
    this.#room = room;
    this.#toldAt = now;
    return true;
  }
}
