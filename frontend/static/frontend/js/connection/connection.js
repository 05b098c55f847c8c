import { RECONNECT, fullJitter } from "./backoff.js";
import { Heartbeat } from "./heartbeat.js";
import { CLOSE, decode } from "./protocol.js";

/**
 * @typedef {"connecting" | "connected" | "reconnecting" | "offline" | "signed-out"} ConnectionState
 * @typedef {{state: ConnectionState, retryAt: number | null, code: number | null}} ConnectionStatus `retryAt` on the clock of `now`
 *
 * @typedef {object} Delegate
 * @property {() => import("./protocol.js").HelloFrame} hello the first frame of every connection
 * @property {() => boolean} waiting whether answers are due
 * @property {(frame: import("./protocol.js").ServerFrame) => void} received
 * @property {() => void} lost after each connection that is over
 * @property {(status: ConnectionStatus) => void} changed
 */

const WELCOME_DEADLINE_MS = 10_000;
const TICK_MS = 500;
/** A connection that lived shorter than this does not count as a success: the next wait goes on growing. */
const STABLE_MS = 10_000;
const TOO_MANY_WAIT_MS = 15_000;

/** One socket at a time, kept alive for as long as the page is: opened, greeted, watched, and opened again. */
export class Connection {
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {Heartbeat | null} */
  #heartbeat = null;
  #attempts = 0;
  #welcomedAt = Infinity;
  #openedAt = -Infinity;
  /** @type {number | null} */
  #byeAfter = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #hurry = true;

  /** @param {Delegate} delegate @param {{open: () => WebSocket, now: () => number, random: () => number, online: () => boolean}} world */
  constructor(delegate, world) {
    this.delegate = delegate;
    this.world = world;
  }

  start() {
    clearTimeout(this.#timer);
    this.#openedAt = this.world.now();
    this.#report(this.#attempts === 0 ? "connecting" : "reconnecting");
    const socket = (this.#socket = this.world.open());
    socket.onopen = () => socket.send(JSON.stringify(this.delegate.hello()));
    socket.onmessage = ({ data }) => this.#received(data);
    socket.onclose = ({ code }) => this.#lost(code);
    this.#timer = setTimeout(() => this.reconnect(), WELCOME_DEADLINE_MS);
  }

  /** Sends if there is a connection that has been welcomed. @param {import("./protocol.js").ClientFrame} frame */
  send(frame) {
    if (!this.#heartbeat || this.#socket?.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** Something happened that makes trying again, or doubting the connection, worth while. */
  wake() {
    if (this.#heartbeat) return this.#act(this.#heartbeat.probe(this.world.now()));
    const stuck = this.#socket !== null && this.world.now() - this.#openedAt > 3_000;
    if (stuck) this.#abandon();
    if (this.#hurry && this.#socket === null && this.world.now() - this.#openedAt > 500) this.start();
  }

  /** Gives this connection up and opens another soon. */
  reconnect() {
    this.#abandon();
    this.#lost(null);
  }

  /** @param {unknown} data */
  #received(data) {
    const frame = decode(data);
    this.#heartbeat?.heard(this.world.now());
    if (frame?.type === "bye") this.#byeAfter = frame.after_ms;
    if (frame?.type === "welcome") this.#welcomed(frame.ping_ms);
    if (frame) this.delegate.received(frame);
  }

  /** @param {number} pingMs */
  #welcomed(pingMs) {
    clearTimeout(this.#timer);
    this.#welcomedAt = this.world.now();
    this.#heartbeat = new Heartbeat(this.#welcomedAt, pingMs);
    this.#watch(this.#heartbeat);
    this.#report("connected");
  }

  /** @param {Heartbeat} heartbeat */
  #watch(heartbeat) {
    if (heartbeat !== this.#heartbeat) return;
    this.#act(heartbeat.tick(this.world.now(), this.delegate.waiting()));
    setTimeout(() => this.#watch(heartbeat), TICK_MS);
  }

  /** @param {ReturnType<Heartbeat["tick"]>} verdict */
  #act(verdict) {
    if (verdict.do === "ping") this.send({ type: "ping", n: verdict.n });
    if (verdict.do === "dead") this.reconnect();
  }

  /** Stops listening to the socket, whose own closing may take minutes when nobody answers. */
  #abandon() {
    if (!this.#socket) return;
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }

  /** @param {number | null} code */
  #lost(code) {
    clearTimeout(this.#timer);
    if (this.world.now() - this.#welcomedAt > STABLE_MS) this.#attempts = 0;
    this.#socket = this.#heartbeat = null;
    this.#welcomedAt = Infinity;
    this.#hurry = code !== CLOSE.SIGNED_OUT && code !== CLOSE.TOO_MANY;
    this.delegate.lost();
    if (code === CLOSE.SIGNED_OUT) return this.#report("signed-out", null, code);
    const wait = this.#wait(code);
    this.#timer = setTimeout(() => this.start(), wait);
    this.#report(this.world.online() ? "reconnecting" : "offline", this.world.now() + wait, code);
  }

  /** @param {number | null} code */
  #wait(code) {
    const asked = code === CLOSE.TOO_MANY ? TOO_MANY_WAIT_MS : (this.#byeAfter ?? 0);
    this.#byeAfter = null;
    return asked * (1 + this.world.random()) + fullJitter(RECONNECT, this.#attempts++, this.world.random);
  }

  /** @param {ConnectionState} state @param {number | null} [retryAt] @param {number | null} [code] */
  #report(state, retryAt = null, code = null) {
    this.delegate.changed({ state, retryAt, code });
  }
}
