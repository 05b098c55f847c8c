/**
 * How long to wait before trying again. Pure: randomness comes in as a function, so that tests can choose it.
 *
 * @typedef {{base: number, cap: number}} Policy milliseconds
 * @typedef {() => number} Random like Math.random
 */

/** @type {Policy} */
export const RECONNECT = Object.freeze({ base: 500, cap: 30_000 });
/** @type {Policy} */
export const RESEND = Object.freeze({ base: 1_000, cap: 30_000 });

/** @param {Policy} policy @param {number} attempt counted from 0 */
export function ceiling({ base, cap }, attempt) {
  return Math.min(cap, base * 2 ** Math.min(attempt, 30));
}

/**
 * Anywhere between nothing and the ceiling: spreads a crowd that lost its server at the same instant.
 *
 * @param {Policy} policy @param {number} attempt @param {Random} random
 */
export function fullJitter(policy, attempt, random) {
  return random() * ceiling(policy, attempt);
}

/**
 * Between half the ceiling and the ceiling: for one message, where a wait of almost nothing would only burn its budget.
 *
 * @param {Policy} policy @param {number} attempt @param {Random} random
 */
export function halfJitter(policy, attempt, random) {
  return ceiling(policy, attempt) * (0.5 + random() / 2);
}
