/** Shared by the tests that lead a window on a room's history through a model of the world. */
import { seeded } from "./support.js";

/** A room's log that grows, a connection that breaks, pages on their way, and a reader. What is shown, a test's own world adds. */
export class RoomWorld {
  /** The seqs of messages: the numbers between them are other events. */
  log = [];
  head = 0;
  /** How far the client has heard. */
  cursor = 0;
  connected = true;
  /** Pages on their way: the question, and the answer once the server has read it. */
  wire = [];
  /** The index of the entry that is read. */
  reader = 0;

  /** @param {number} seed @param {any} window its events are mere numbers here @param {number} page messages in one */
  constructor(seed, window, page) {
    this.random = seeded(seed);
    this.window = window;
    this.size = page;
  }

  below(count) {
    return Math.floor(this.random() * count);
  }

  /** So much happens in the room, most of it messages. */
  happen(count) {
    for (let n = 0; n < count; n++) if ((++this.head, this.random() < 0.8)) this.log.push(this.head);
  }

  /** The messages among the next events of the log, in order, one at a time. */
  *heard(count) {
    for (let n = 0; n < count && this.connected && this.cursor < this.head; n++) {
      this.cursor += 1;
      if (this.log.includes(this.cursor)) yield this.cursor;
    }
  }

  /** Lets go of what the window no longer holds. @returns the entries, if it was full */
  trimmed() {
    this.reader = Math.min(this.reader, Math.max(0, this.window.entries.length - 1));
    const reader = this.window.entries[this.reader];
    const gone = this.window.full ? this.window.trim(this.reader) : [];
    if (reader) this.reader = this.window.entries.indexOf(reader);
    return gone;
  }

  ask(near) {
    const question = this.connected ? this.window.next(near) : null;
    if (!question) return;
    this.window.asking(question);
    this.wire.push({ question, page: null });
  }

  /** The server reads the page that was asked for first. */
  read() {
    const asked = this.wire.find(({ page }) => page === null);
    if (asked) asked.page = this.#page(asked.question);
  }

  #page({ before, after, around }) {
    if (after !== undefined) {
      const newer = this.log.filter((seq) => seq > after);
      return { messages: newer.slice(0, this.size), more: newer.length > this.size };
    }
    const older = this.log.filter((seq) => (around === undefined ? seq < (before ?? Infinity) : seq <= around));
    if (around === undefined) return { messages: older.slice(-this.size), more: older.length > this.size };
    const newer = this.log.filter((seq) => seq > around);
    const half = this.size / 2;
    const messages = [...older.slice(-half), ...newer.slice(0, half)];
    return { messages, more: older.length > half, newer: newer.length > half };
  }

  /** The page that comes next, if the server has read it. */
  arrived() {
    return this.wire[0]?.page ? this.wire.shift().page : null;
  }

  lose() {
    this.connected = false;
    this.wire = [];
    this.window.forgetAsking();
  }
}

/**
 * Leads one world for each seed through so many steps, checks it after each, and lets it settle.
 *
 * @template {{step: () => void, check: () => void, settle: () => void}} World
 * @param {number} seeds @param {number} steps
 * @param {(seed: number) => World} make
 * @returns {World[]}
 */
export function throughStorms(seeds, steps, make) {
  return Array.from({ length: seeds }, (_, index) => {
    const world = make(index + 1);
    try {
      for (let step = 0; step < steps; step++) {
        world.step();
        world.check();
      }
      world.settle();
    } catch (error) {
      error.message = `seed ${index + 1}: ${error.message}`;
      throw error;
    }
    return world;
  });
}
