const GATHER_MS = 300;

/** Tells the server how far the reader has read: not more often than needed, and never backwards. */
export class ReadMarker {
  /** @type {Map<number, number>} */
  #told = new Map();
  /** @type {Map<number, number>} */
  #seen = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {(room: number, seq: number) => boolean} tell */
  constructor(tell) {
    this.tell = tell;
  }

  /** @param {number} room @param {number} seq */
  known(room, seq) {
    this.#told.set(room, seq);
  }

  /** How far a room is read, and how much is not. @param {import("../connection/protocol.js").Room | null} room */
  state(room) {
    return room && { seq: this.#seen.get(room.id) ?? this.#told.get(room.id) ?? 0, unread: room.unread };
  }

  /** Everything up to this has been before the reader's eyes. @param {number} room @param {number} seq */
  seen(room, seq) {
    this.#seen.set(room, seq);
    this.#timer ??= setTimeout(() => this.#tellAll(), GATHER_MS);
  }

  #tellAll() {
    this.#timer = undefined;
    for (const [room, seq] of this.#seen)
      if (seq > (this.#told.get(room) ?? 0) && this.tell(room, seq)) this.#told.set(room, seq);
    this.#seen.clear();
  }
}
