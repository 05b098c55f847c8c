import { CatchUp } from "../connection/catch_up.js";
import { EventHandler } from "./event_handler.js";
import { hello } from "../connection/protocol.js";

/** @typedef {import("../connection/protocol.js").ServerFrame} ServerFrame @typedef {import("../connection/protocol.js").WelcomeFrame} WelcomeFrame */
/** @typedef {import("../connection/protocol.js").Message} Message */

/** The outbox waits this long for catching up. It matters only for speed: the server knows repeats by their client id. */
const CATCH_UP_MS = 10_000;
/** After this, a page that the server could not read just then is asked for again. */
const AGAIN_MS = 1_500;

/**
 * What the page does with what the server says, connection after connection: `hello`, `welcome`, catch up, and only then
 * let the outbox go, since catching up tells which acks were lost.
 */
export class Session {
  #catchUp = new CatchUp();
  /** @type {Map<number, number>} */
  #named = new Map();
  #window = 0;
  #flushing = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {import("./app_interface.js").AppInterface} app */
  constructor(app) {
    this.app = app;
    this.events = new EventHandler(app);
  }

  hello() {
    this.#named = new Map(this.#catchUp.positions((room) => this.app.conversations.isLoaded(room)));
    return hello(this.#named, this.#catchUp.epoch);
  }

  lost() {
    clearTimeout(this.#timer);
    this.#flushing = false;
    this.app.outbox.closed();
    this.app.plain.lost();
  }

  /** @param {ServerFrame} frame */
  received(frame) {
    const { outbox } = this.app;
    if (frame.type === "welcome") return this.#welcome(frame);
    if (frame.type === "ack") this.#ack(frame);
    else if (frame.type === "nack") this.#nack(frame);
    else if (frame.type === "events") this.#events(frame);
    else if (frame.type === "page") this.#page(frame);
    else if (frame.type === "rooms") this.#rooms(frame.rooms);
    else if (frame.type === "reset") this.#reset(frame);
    else if (frame.type === "read") this.app.readElsewhere(frame);
    else if (frame.type === "error") this.#error(frame);
    else if (frame.type === "typing" || frame.type === "presence") this.app.surroundings.heard(frame);
    outbox.heard();
  }

  /** @param {WelcomeFrame} welcome */
  #welcome(welcome) {
    // Somebody else has logged in with this browser: what this page shows and holds is not theirs.
    if (welcome.user.id !== this.app.me.id) return location.reload();
    const stale = this.#catchUp.welcome(welcome, this.#named);
    this.#window = welcome.window;
    this.app.welcomed(welcome, stale);
    this.#timer = setTimeout(() => this.#giveUpWaiting(), CATCH_UP_MS);
    this.#flushWhenCaughtUp();
  }

  #flushWhenCaughtUp() {
    if (this.#catchUp.done && !this.#flushing) this.#flush();
  }

  #giveUpWaiting() {
    for (const [room, after] of this.#catchUp.due) this.app.connection.send({ type: "sync", room, after });
    this.#flush();
  }

  #flush() {
    clearTimeout(this.#timer);
    this.#flushing = true;
    this.app.outbox.ready(this.#window);
  }

  /** @param {import("../connection/protocol.js").AckFrame} ack */
  #ack({ client_id, id, room, seq, at }) {
    this.app.outbox.confirm({ clientId: client_id, id, room, seq, at });
    this.app.plain.acked(client_id);
  }

  /** @param {import("../connection/protocol.js").NackFrame} nack */
  #nack(nack) {
    this.app.outbox.refuse(nack);
    this.app.plain.nacked(nack);
  }

  /** @param {import("../connection/protocol.js").EventsFrame} frame */
  #events(frame) {
    const { fresh, sync, last } = this.#catchUp.take(frame, performance.now());
    for (const event of fresh) this.events.apply(frame.room, event);
    if (sync) this.app.connection.send({ type: "sync", room: frame.room, after: last });
    if (fresh.length > 0) this.app.markRead();
    this.#flushWhenCaughtUp();
  }

  /** @param {import("../connection/protocol.js").PageFrame} page */
  #page(page) {
    for (const message of page.messages) this.events.recognise(page.room, message);
    this.app.conversations.addPage(page);
    this.app.markRead();
  }

  /** @param {import("../connection/protocol.js").Room[]} rooms */
  #rooms(rooms) {
    const joined = this.#catchUp.follow(rooms);
    this.app.showRooms(rooms);
    for (const room of joined) this.app.conversations.reload(room);
    // Perhaps nobody waits any more: the room that lagged behind is none of ours now.
    this.#flushWhenCaughtUp();
  }

  /** @param {import("../connection/protocol.js").ErrorFrame} error */
  #error({ code, ref, room }) {
    if (ref !== "history" || room === undefined) return;
    this.app.conversations.unanswered(room);
    if (code === "storage") setTimeout(() => this.app.conversations.reading.look(), AGAIN_MS);
  }

  /** @param {import("../connection/protocol.js").ResetFrame} reset */
  #reset({ room, head }) {
    this.#catchUp.reset(room, head);
    this.app.conversations.reload(room);
    this.#flushWhenCaughtUp();
  }
}
