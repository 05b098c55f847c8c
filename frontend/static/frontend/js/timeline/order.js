import { HistoryWindow } from "./history_window.js";

/** @typedef {{seq: number | null, turn: number}} Own a message of the reader's: `turn` is its place in the outbox */

/**
 * The order in which a room is shown: its log, as far as the window holds it, then what the reader wrote and the server has not
 * confirmed. Whatever comes first, pages, events or acks, the order is the same. Knows no DOM.
 *
 * @template {{seq: number | null}} Entry
 * @template {Entry & Own} Mine
 */
export class Order {
  /** @type {HistoryWindow<Entry, import("../connection/protocol.js").RoomEvent>} */
  window = new HistoryWindow();
  /** The reader's own that the window does not hold: those in the log, which the next page may bring, then the others. @type {Mine[]} */
  waiting = [];

  /** Whether one that waits is shown, below what the window holds. @param {Mine} mine */
  isShown({ seq }) {
    return this.window.headsForEnd && (seq ?? Infinity) > (this.window.last ?? 0);
  }

  /** One that is not confirmed waits for its turn, which may have changed. @param {Mine} mine */
  wait(mine) {
    this.drop(mine);
    const next = this.waiting.findIndex((other) => isBefore(mine, other));
    this.waiting.splice(next < 0 ? this.waiting.length : next, 0, mine);
  }

  /** One that may have waited does not any more. @param {Entry | Mine} entry */
  drop(entry) {
    const index = /** @type {(Entry | Mine)[]} */ (this.waiting).indexOf(entry);
    if (index >= 0) this.waiting.splice(index, 1);
  }

  /** Takes something of the log into what is held. @param {Entry | Mine} entry @returns {Entry | null} what it stands below */
  place(entry) {
    this.drop(entry);
    return this.window.entries[this.window.insert(entry) - 1] ?? null;
  }

  /**
   * One that waited is in the log now, as its seq says. It may have to wait for the page that is on its way.
   *
   * @param {Mine} mine
   * @returns {"held" | "waits" | "elsewhere"} `held`: it is to be placed; `elsewhere`: in a part of the log that is not on show
   */
  confirm(mine) {
    if (this.window.holds(mine.seq ?? 0)) return "held";
    this.drop(mine);
    if (!this.window.moving) return "elsewhere";
    this.wait(mine);
    return "waits";
  }
}

/** @param {Own} one @param {Own} other */
function isBefore(one, other) {
  if (one.seq === null && other.seq === null) return one.turn < other.turn;
  return (one.seq ?? Infinity) < (other.seq ?? Infinity);
}
