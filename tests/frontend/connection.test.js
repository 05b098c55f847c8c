import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { Connection } from "../../frontend/static/frontend/js/connection/connection.js";
import { Heartbeat } from "../../frontend/static/frontend/js/connection/heartbeat.js";
import { FakeTimers } from "./support.js";

class FakeSocket {
  /** @type {() => void} */
  onopen;
  /** @type {(event: {data: string}) => void} */
  onmessage;
  /** @type {(event: {code: number}) => void} */
  onclose;
  readyState = 0;
  sent = [];
  closed = false;

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.closed = true;
    this.readyState = 2;
  }

  accept() {
    this.readyState = 1;
    this.onopen();
  }

  say(frame) {
    this.onmessage({ data: JSON.stringify(frame) });
  }

  end(code) {
    this.readyState = 3;
    this.onclose({ code });
  }
}

const timers = new FakeTimers();
after(() => timers.uninstall());

let now, sockets, states, received, losses, waiting, connection, dice;
const last = () => sockets.at(-1);
const state = () => states.at(-1).state;

function pass(ms) {
  for (let left = ms; left > 0; left -= 100) timers.runUntil((now += 100));
}

function welcomed() {
  last().accept();
  last().say({ type: "welcome", ping_ms: 25_000 });
}

beforeEach(() => {
  timers.install();
  [now, sockets, states, received, losses, waiting, dice] = [0, [], [], [], 0, false, 0.5];
  /** @type {import("../../frontend/static/frontend/js/connection/connection.js").Delegate} */
  const delegate = {
    hello: () => ({ type: "hello", v: 1, rooms: {} }),
    waiting: () => waiting,
    received: (frame) => received.push(frame.type),
    lost: () => (losses += 1),
    changed: (status) => states.push(status),
  };
  const world = {
    open: () => (sockets.push(new FakeSocket()), last()),
    now: () => now,
    random: () => dice,
    online: () => true,
  };
  connection = new Connection(delegate, world);
  connection.start();
});

test("hello is the first frame, and nothing else is sent before welcome", () => {
  assert.equal(connection.send({ type: "ping", n: 1 }), false);
  last().accept();
  assert.equal(connection.send({ type: "ping", n: 1 }), false);
  last().say({ type: "welcome", ping_ms: 25_000 });
  assert.equal(connection.send({ type: "ping", n: 1 }), true);
  assert.deepEqual(
    last().sent.map((frame) => frame.type),
    ["hello", "ping"],
  );
  assert.equal(state(), "connected");
});

test("a lost connection is opened again, after waits that grow up to 30 s", () => {
  const waits = [];
  for (let round = 0; round < 12; round++) {
    last().end(1006);
    waits.push(states.at(-1).retryAt - now);
    pass(waits.at(-1) + 100);
  }
  assert.deepEqual(waits.slice(0, 4), [250, 500, 1000, 2000]);
  assert.equal(Math.max(...waits), 15_000);
});

test("a connection that lives starts the waits afresh; one that dies at once does not", () => {
  for (const [lived, wait] of [
    [100, 250],
    [100, 500],
    [20_000, 250],
  ]) {
    welcomed();
    pass(lived);
    last().end(1006);
    assert.equal(states.at(-1).retryAt - now, wait);
    pass(wait + 100);
  }
});

test("silence is answered by a ping, and silence after the ping ends the connection within 3 s", () => {
  welcomed();
  waiting = true;
  pass(2500);
  assert.equal(last().sent.at(-1).type, "ping");
  const dead = last();
  pass(3500);
  assert.ok(dead.closed);
  assert.equal(losses, 1);
});

test("an answered ping keeps the connection", () => {
  welcomed();
  waiting = true;
  for (let round = 0; round < 20; round++) {
    pass(1000);
    const frame = last().sent.at(-1);
    if (frame.type === "ping") last().say({ type: "pong", n: frame.n });
  }
  assert.equal(losses, 0);
});

test("waking up doubts an open connection and hurries a waiting one", () => {
  welcomed();
  connection.wake();
  assert.equal(last().sent.at(-1).type, "ping");
  pass(4000);
  assert.equal(losses, 1);
  pass(1000);
  for (let round = 0; round < 8; round++) last().end(1006), pass(states.at(-1).retryAt - now + 100);
  last().end(1006);
  const count = sockets.length;
  pass(600);
  connection.wake();
  assert.equal(sockets.length, count + 1);
});

test("a server that never welcomes is left", () => {
  last().accept();
  pass(11_000);
  assert.ok(sockets[0].closed);
  assert.equal(losses, 1);
  assert.equal(sockets.length, 2);
});

test("the end of the session ends the attempts, whatever wakes up", () => {
  welcomed();
  last().end(4401);
  pass(120_000);
  connection.wake();
  assert.equal(sockets.length, 1);
  assert.equal(state(), "signed-out");
});

test("too many connections: a longer wait, which waking up does not shorten", () => {
  welcomed();
  last().end(4429);
  assert.ok(states.at(-1).retryAt - now >= 15_000);
  pass(5_000);
  connection.wake();
  assert.equal(sockets.length, 1);
});

test("bye: the wait the server asks for, spread out", () => {
  welcomed();
  last().say({ type: "bye", after_ms: 4000 });
  last().end(1012);
  assert.equal(states.at(-1).retryAt - now, 4000 * 1.5 + 250);
});

test("what an abandoned socket still says is not heard", () => {
  welcomed();
  const old = last();
  connection.reconnect();
  assert.equal(old.onmessage, null);
  pass(1000);
  assert.equal(sockets.length, 2);
  assert.equal(losses, 1);
});

test("frames this version does not know are ignored", () => {
  welcomed();
  last().say({ type: "confetti" });
  last().onmessage({ data: "not json" });
  assert.deepEqual(received, ["welcome"]);
});

test("a heartbeat rests while frames arrive, and asks sooner when answers are due", () => {
  const heartbeat = new Heartbeat(0, 25_000);
  assert.deepEqual(heartbeat.tick(24_000, false), { do: "nothing" });
  assert.deepEqual(heartbeat.tick(24_000, true), { do: "ping", n: 1 });
  heartbeat.heard(24_500);
  assert.deepEqual(heartbeat.tick(27_500, false), { do: "nothing" });
});
