import { ask } from "../connection/api.js";

/** @typedef {import("../connection/protocol.js").Person} Person */

/** Who is in which room: asked for when first wanted, and anew after somebody has come or gone. */
export class Members {
  /** @type {Map<number, Promise<Person[]>>} */
  #asked = new Map();

  /** Rejects while the server cannot be asked. @param {number} room @returns {Promise<Person[]>} */
  of(room) {
    const known = this.#asked.get(room);
    if (known) return known;
    const asked = ask("GET", `/api/rooms/${room}/members/`).then(({ members }) => members);
    this.#asked.set(room, asked);
    asked.catch(() => this.#asked.delete(room));
    return asked;
  }

  /** @param {number} room */
  changed(room) {
    this.#asked.delete(room);
  }

  /** Connected anew: what happened meanwhile in rooms that are not on show is not known. */
  forget() {
    this.#asked.clear();
  }
}
