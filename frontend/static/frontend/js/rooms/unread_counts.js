/**
 * How many messages wait in each room: those that the server counted, up to some `head`, and those that came after it.
 * A count may be older than what has come by the time it arrives.
 */
export class UnreadCounts {
  /** @type {Map<number, number[]>} */
  #later = new Map();

  /** What waits, now that the server has counted. @param {{id: number, head: number, unread: number}} counted */
  total({ id, head, unread }) {
    const later = (this.#later.get(id) ?? []).filter((seq) => seq > head);
    this.#later.set(id, later);
    return unread + later.length;
  }

  /** One more has come, unless `head` covers it. Returns what waits now. @param {{id: number, head: number, unread: number}} room @param {number} seq */
  came({ id, head, unread }, seq) {
    if (seq <= head) return unread;
    this.#later.set(id, [...(this.#later.get(id) ?? []), seq]);
    return unread + 1;
  }

  /** Nothing waits there any more. @param {number} id */
  clear(id) {
    this.#later.delete(id);
  }
}
