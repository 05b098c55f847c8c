import { LeaderLock } from "./leader_lock.js";
import { LeaderWatch } from "./leader_watch.js";
import { readMessage } from "./tab_message.js";

/** @typedef {import("../items/entry.js").Entry} Entry @typedef {import("./tab_message.js").Message} Message */

/**
 * @typedef {{message: unknown, byLeader: boolean}} Said
 *
 * @typedef {object} Delegate
 * @property {(message: Message) => void} told
 * @property {() => Entry[]} entries what is in this tab's outbox
 * @property {(items: Entry[]) => Message[]} answers what a tab should know that has these
 * @property {() => void} took this tab leads
 * @property {() => void} lost another tab took the lead from this one
 *
 * @typedef {object} Browser
 * @property {LockManager | undefined} locks
 * @property {(name: string) => BroadcastChannel} open
 * @property {() => boolean} visible whether a person may be looking at this tab
 */

/** The other tabs in which the same person has the chat open (nobody else's: their id is part of the names), and who leads. */
export class Tabs {
  #channel;
  #lock;
  #watch = new LeaderWatch();
  /** What was heard before this tab could listen; null since it can. @type {Said[] | null} */
  #early = [];

  /** @param {number} userId @param {Browser} browser @param {Delegate} delegate */
  constructor(userId, browser, delegate) {
    const name = `posthorn:outbox:${userId}`;
    this.browser = browser;
    this.delegate = delegate;
    this.#lock = new LeaderLock(browser.locks, name, delegate);
    // Tabs that all lead would all send what any of them has: without locks each is by itself.
    this.#channel = browser.locks ? browser.open(name) : null;
    if (this.#channel) this.#channel.onmessage = ({ data }) => this.#receive(data);
  }

  /** The outbox knows what the storage holds, and is ready for what the others say. */
  listen() {
    const early = this.#early ?? [];
    this.#early = null;
    for (const data of early) this.#hear(data);
    this.#ask();
  }

  /** Whether this tab sends for all. */
  get leads() {
    return this.#lock.held;
  }

  /** @param {Message} message */
  tell(message) {
    // Nobody should count on a leader that is out of sight: the browser may slow it down.
    this.#channel?.postMessage({ message, byLeader: this.leads && this.browser.visible() });
  }

  /** Asks for the lead. */
  stand() {
    this.#lock.stand();
  }

  /** Leaves the lead to others. */
  resign() {
    this.#lock.resign();
  }

  /** To be called about once a second: a tab on show that waits in vain takes the lead. @param {boolean} waits whether anything is to be sent, and this tab could */
  watch(waits) {
    const verdict = this.#watch.tick(waits && !this.leads && this.browser.visible());
    if (verdict === "ask") this.#ask();
    if (verdict === "steal") this.#lock.steal();
  }

  #ask() {
    this.tell({ do: "ask", items: this.delegate.entries() });
  }

  /** @param {Said} said */
  #receive(said) {
    if (this.#early) this.#early.push(said);
    else this.#hear(said);
  }

  /** @param {Said} said */
  #hear({ message: said, byLeader }) {
    if (byLeader) this.#watch.heard();
    const message = readMessage(said);
    if (!message) return;
    this.delegate.told(message);
    if (message.do === "ask" && this.leads)
      for (const answer of this.delegate.answers(message.items)) this.tell(answer);
  }
}
