/** Times and days as the reader's own language and zone write them. For people only: nothing is ordered by them. */

const TIME = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const DAY_OF_YEAR = new Intl.DateTimeFormat(undefined, {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
});
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });

/** @param {Date} date */
export const shortTime = (date) => TIME.format(date);

/** @param {Date} date */
export const fullTime = (date) => FULL.format(date);

/** @param {Date} date @param {Date} [today] */
export function dayLabel(date, today = new Date()) {
  return (date.getFullYear() === today.getFullYear() ? DAY : DAY_OF_YEAR).format(date);
}

/** @param {Date} a @param {Date} b */
export function sameDay(a, b) {
  return a.getDate() === b.getDate() && a.getMonth() === b.getMonth() && a.getFullYear() === b.getFullYear();
}
