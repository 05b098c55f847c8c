import { RoomCursor } from "./room_cursor.js";

/** @typedef {import("./protocol.js").WelcomeFrame} WelcomeFrame @typedef {import("./protocol.js").EventsFrame} EventsFrame */

/**
 * The cursors of all rooms, and when this connection is caught up with what `welcome` said. Only rooms on show are followed
 * across connections: the others start again at their head, and their unread counts come with `welcome`.
 */
export class CatchUp {
  /** @type {Map<number, RoomCursor>} */
  #cursors = new Map();
  /** Room to the head this connection has yet to reach. @type {Map<number, number>} */
  #due = new Map();
  /** The history the cursors belong to. @type {string | null} */
  epoch = null;

  /** What to name in `hello`. @param {(room: number) => boolean} followed @returns {[number, number][]} */
  positions(followed) {
    return [...this.#cursors].filter(([room]) => followed(room)).map(([room, cursor]) => [room, cursor.last]);
  }

  /**
   * @param {WelcomeFrame} welcome
   * @param {ReadonlyMap<number, number>} named the positions the `hello` it answers has named
   * @returns {number[]} rooms that begin at their head: what is held of them, from before, must be loaded anew
   */
  welcome({ epoch, rooms }, named) {
    const rewritten = this.epoch !== null && epoch !== this.epoch;
    this.epoch = epoch;
    this.#due.clear();
    const before = this.#cursors;
    this.#cursors = new Map();
    const anew = [];
    for (const { id, head } of rooms) {
      const kept = rewritten || !named.has(id) ? undefined : before.get(id);
      if (!kept) anew.push(id);
      kept?.reconnected();
      this.#cursors.set(id, kept ?? new RoomCursor(head));
      if (kept && kept.last < head) this.#due.set(id, head);
    }
    return anew;
  }

  /**
   * Rooms joined since `welcome` start where they are now; rooms left are forgotten.
   *
   * @param {{id: number, head: number}[]} rooms
   * @returns {number[]} the rooms joined: what is held of them, from an earlier stay, must be loaded anew
   */
  follow(rooms) {
    const before = this.#cursors;
    this.#cursors = new Map(rooms.map(({ id, head }) => [id, before.get(id) ?? new RoomCursor(head)]));
    for (const room of this.#due.keys()) if (!this.#cursors.has(room)) this.#due.delete(room);
    return rooms.map(({ id }) => id).filter((id) => !before.has(id));
  }

  /** @param {EventsFrame} frame @param {number} now */
  take(frame, now) {
    const cursor = this.#cursors.get(frame.room) ?? new RoomCursor(frame.from - 1);
    this.#cursors.set(frame.room, cursor);
    const taken = cursor.take(frame, now);
    this.#settle(frame.room, cursor.last);
    return { ...taken, last: cursor.last };
  }

  /** The server gave the cursor up: start at its head. @param {number} room @param {number} head */
  reset(room, head) {
    this.#cursors.set(room, new RoomCursor(head));
    this.#settle(room, head);
  }

  /** The rooms that lag behind, and where they stand. @returns {[number, number][]} */
  get due() {
    return this.positions((room) => this.#due.has(room));
  }

  /** True once every room named in `hello` has reached the head that `welcome` gave. */
  get done() {
    return this.#due.size === 0;
  }

  /** @param {number} room @param {number} last */
  #settle(room, last) {
    if (last >= (this.#due.get(room) ?? Infinity)) this.#due.delete(room);
  }
}
