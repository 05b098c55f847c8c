import { find } from "./elements.js";

const GATHER_MS = 1_000;
const LONGEST = 200;

/** Speaks to those who listen to the page: other people's messages politely and in bunches, failures at once. */
export class Announcer {
  #polite = find("#announcer", HTMLElement);
  #alerts = find("#alerts", HTMLElement);
  /** @type {string[]} */
  #gathered = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {string} name @param {string} body */
  message(name, body) {
    this.#gathered.push(`${name}: ${body.length > LONGEST ? `${body.slice(0, LONGEST)}…` : body}`);
    this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS);
  }

  /** @param {string} text */
  say(text) {
    this.#polite.textContent = text;
  }

  /** @param {string} text */
  alert(text) {
    this.#alerts.textContent = text;
  }

  #flush() {
    const count = this.#gathered.length;
    this.say(count === 1 ? `${this.#gathered[0]}` : `${count} new messages. Last, ${this.#gathered[count - 1]}`);
    this.#gathered = [];
    this.#timer = undefined;
  }
}
