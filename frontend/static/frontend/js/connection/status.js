import { find, make } from "../dom/elements.js";

/** @typedef {import("./connection.js").ConnectionStatus} ConnectionStatus */

/** The quiet line that says how the connection is, and what waits for it. */
export class Status {
  #line = find("#connection", HTMLElement);
  /** @type {ConnectionStatus} */
  #status = { state: "connecting", retryAt: null, code: null };
  #waiting = 0;

  /** @param {string} login @param {() => number} now */
  constructor(login, now) {
    this.login = login;
    this.now = now;
    setInterval(() => this.#draw(), 1_000);
  }

  /** @param {ConnectionStatus} status */
  show(status) {
    this.#status = status;
    this.#line.dataset.state = status.state;
    this.#draw();
  }

  /** @param {number} count messages not sent yet */
  showWaiting(count) {
    this.#waiting = count;
    this.#draw();
  }

  get state() {
    return this.#status.state;
  }

  #draw() {
    const text = [this.#sentence(), this.#waits()].filter(Boolean).join(" ");
    if (this.#line.textContent === text) return;
    if (this.#status.state !== "signed-out") return this.#line.replaceChildren(text);
    const link = make("a", "", "Log in");
    link.href = `${this.login}?next=${encodeURIComponent(location.pathname)}`;
    this.#line.replaceChildren("Your session ended. ", link, " to go on.", this.#waits() ? ` ${this.#waits()}` : "");
  }

  #sentence() {
    const { state, retryAt, code } = this.#status;
    const seconds = retryAt === null ? 0 : Math.ceil((retryAt - this.now()) / 1_000);
    const soon = seconds > 1 ? ` in ${seconds} s` : "";
    if (state === "connected") return "Connected";
    if (state === "connecting") return "Connecting…";
    if (state === "offline") return "You are offline.";
    if (state === "signed-out") return "Your session ended. Log in to go on.";
    return code === 4429 ? `Too many connections or messages. Reconnecting${soon}…` : `Reconnecting${soon}…`;
  }

  #waits() {
    if (this.#waiting === 0 || this.#status.state === "connected") return "";
    return this.#waiting === 1 ? "1 message waiting." : `${this.#waiting} messages waiting.`;
  }
}
