/** @typedef {import("../file.js").MessageFile} MessageFile @typedef {import("../../connection/protocol.js").Person} Person */
/** @typedef {MessageFile & {message: number, seq: number, at: string, sender: Person}} RoomFile with the message that carries it */
/** @typedef {{before: number} | {after: number}} Place beyond which message */
/** @typedef {-1 | 1} Step to one that was sent earlier, or later */

/**
 * A room's pictures, in the order they were sent, around the one that is looked at. More of them are asked for where it goes.
 * Knows no page and no DOM.
 */
export class Gallery {
  /** Whether the server may have more in this direction. */
  #more = { "-1": true, 1: true };
  /** @type {Map<Step, Promise<void>>} */
  #coming = new Map();
  #at;

  /** @param {RoomFile[]} pictures at least one, all of one message or of several that follow one another @param {string} id of the one to begin with @param {((place: Place) => Promise<{files: RoomFile[], more: boolean}>) | null} ask for those next to a place; null where there are no others */
  constructor(pictures, id, ask) {
    this.pictures = pictures;
    this.ask = ask;
    if (!ask) this.#more = { "-1": false, 1: false };
    this.#at = Math.max(
      0,
      pictures.findIndex((picture) => picture.id === id),
    );
  }

  /** The one that is looked at; undefined once all are gone. */
  get current() {
    return this.pictures[this.#at];
  }

  /** The one next to it, if it is known. @param {Step} step */
  next(step) {
    return this.pictures[this.#at + step];
  }

  /** Whether there is one next to it, as far as is known. @param {Step} step */
  mayGo(step) {
    return this.next(step) !== undefined || this.#more[step];
  }

  /** Goes to the one next to it. @param {Step} step @returns {Promise<boolean>} whether there was one */
  async go(step) {
    if (!this.next(step)) await this.expect(step);
    if (!this.next(step)) return false;
    this.#at += step;
    return true;
  }

  /** Has the one next to it known. Rejects as `ask` does; then it can be tried again. @param {Step} step */
  async expect(step) {
    if (this.next(step) || !this.#more[step]) return;
    const coming = this.#coming.get(step) ?? this.#load(step);
    this.#coming.set(step, coming);
    try {
      await coming;
    } finally {
      this.#coming.delete(step);
    }
  }

  /** A message is gone, and with it what it carried. @param {number} message @returns {boolean} whether the one that is looked at was among it */
  remove(message) {
    const looked = this.current;
    const before = this.pictures.slice(0, this.#at).filter((picture) => picture.message === message).length;
    this.pictures = this.pictures.filter((picture) => picture.message !== message);
    this.#at = Math.max(0, Math.min(this.#at - before, this.pictures.length - 1));
    return looked?.message === message;
  }

  /** @param {Step} step */
  async #load(step) {
    const edge = this.pictures.at(step < 0 ? 0 : -1);
    if (!edge || !this.ask) return;
    const { files, more } = await this.ask(step < 0 ? { before: edge.message } : { after: edge.message });
    const known = new Set(this.pictures.map(({ id }) => id));
    const fresh = files.filter(({ id }) => !known.has(id));
    this.#more[step] = more && fresh.length > 0;
    if (step < 0) this.#at += fresh.length;
    this.pictures = step < 0 ? [...fresh, ...this.pictures] : [...this.pictures, ...fresh];
  }
}
