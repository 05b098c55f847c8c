import { sameDay } from "./time_format.js";

/** A pause that ends a run of messages by one person. */
const PAUSE_MS = 5 * 60_000;
const MINUTE_MS = 60_000;

/** @typedef {{at: string, sender: {id: number}}} Said */

/**
 * What a message owes to the one above it: the day's heading, the name, and the time. Where nothing hovers, what is left out is
 * what already stands above.
 *
 * @param {Said} message @param {Said | null} before
 * @returns {{newDay: boolean, continued: boolean, later: boolean}} `continued`: it goes on with a run; `later`: in another minute
 */
export function standing(message, before) {
  const [at, then] = [new Date(message.at), new Date(before?.at ?? 0)];
  const newDay = before === null || !sameDay(then, at);
  const near = Math.abs(at.getTime() - then.getTime()) < PAUSE_MS;
  const later = Math.floor(at.getTime() / MINUTE_MS) !== Math.floor(then.getTime() / MINUTE_MS);
  return { newDay, continued: !newDay && near && before.sender.id === message.sender.id, later };
}
