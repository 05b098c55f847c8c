/** @typedef {import("./protocol.js").RoomEvent} RoomEvent @typedef {import("./protocol.js").EventsFrame} EventsFrame */

/** How long a `sync` may stay unanswered before the next gap asks again. */
const ANSWER_MS = 3_000;

/**
 * How far one room's log has been applied. Taking `last + 1`, ignoring what is `<= last` and asking again after a gap ends with
 * exactly the room's log, whatever is lost, doubled or late on the way.
 */
export class RoomCursor {
  #askedAt = -Infinity;

  /** @param {number} last */
  constructor(last) {
    this.last = last;
  }

  /**
   * @param {EventsFrame} frame
   * @param {number} now
   * @returns {{fresh: RoomEvent[], sync: boolean}} the events to apply now, and whether to ask for those after `last`
   */
  take(frame, now) {
    if (frame.from > this.last + 1) return { fresh: [], sync: this.#ask(now) };
    const fresh = frame.events.filter((event) => event.seq > this.last);
    this.last = Math.max(this.last, frame.to);
    this.reconnected();
    return { fresh, sync: frame.more && this.#ask(now) };
  }

  /** Nothing asked for earlier will be answered any more. */
  reconnected() {
    this.#askedAt = -Infinity;
  }

  /** @param {number} now */
  #ask(now) {
    if (now - this.#askedAt < ANSWER_MS) return false;
    this.#askedAt = now;
    return true;
  }
}
