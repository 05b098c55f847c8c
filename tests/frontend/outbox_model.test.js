/**
 * The outbox against a model of the world: a server that keeps the protocol's promises, and a network, a browser and a disk that
 * keep none. What must hold whatever happens: at most once, order kept, nothing forgotten, and an end to it.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isPending } from "../../frontend/static/frontend/js/outbox/item.js";
import { OutboxJournal } from "../../frontend/static/frontend/js/outbox/journal.js";
import { Outbox } from "../../frontend/static/frontend/js/outbox/outbox.js";
import { FakeStorage, draft, seeded } from "./support.js";

const ROOMS = [1, 2];
const WINDOW = 8;

/** Keeps the promises: durable, exactly once, and order per connection and room. */
class Server {
  rooms = new Map(ROOMS.map((room) => [room, []]));
  receipts = new Map();

  connect() {
    return { held: new Map() };
  }

  /** Answers one `send` frame. */
  send({ held }, { clientId, operation: { room } }, refuses) {
    const culprit = held.get(room);
    if (culprit !== undefined && culprit !== clientId) return { nack: { client_id: clientId, code: "order", retry: true } };
    if (refuses && !this.receipts.has(clientId)) {
      if (refuses.retry) held.set(room, clientId);
      return { nack: { client_id: clientId, ...refuses } };
    }
    held.delete(room);
    if (!this.receipts.has(clientId)) {
      const rows = this.rooms.get(room);
      rows.push(clientId);
      this.receipts.set(clientId, { clientId, room, id: this.receipts.size + 1, seq: rows.length, at: "" });
    }
    return { ack: this.receipts.get(clientId) };
  }
}

class World {
  now = 0;
  server = new Server();
  storage = new FakeStorage();
  connection = null;
  /** Frames on their way: to the server a stream, to the client a heap that anything may happen to. */
  up = [];
  down = [];
  written = new Map(ROOMS.map((room) => [room, []]));
  stumbled = new Set();
  calm = false;

  constructor(seed) {
    this.random = seeded(seed);
    this.weather = { refused: this.random() * 0.9, lost: this.random() * 0.6, doubled: this.random() * 0.3, broken: this.random() * 0.03 };
    this.load();
  }

  chance(probability) {
    return this.random() < probability;
  }

  load() {
    this.journal = new OutboxJournal(() => this.storage, 1, () => assert.fail("the storage is fine"));
    this.outbox = new Outbox({ random: this.random });
    this.outbox.restore(this.journal.load());
  }

  run(effects) {
    for (const effect of effects) {
      if (effect.do === "save") this.journal.save(effect.item);
      if (effect.do === "forget") this.journal.forget(effect.item.clientId);
      if (effect.do === "reconnect") this.drop();
      if (effect.do === "send" && this.connection) this.up.push({ ...effect.item });
      if (effect.do === "show" && !isPending(effect.item)) this.stumbled.add(effect.item.clientId);
      if (!this.calm && this.chance(0.002)) return this.crash();
    }
  }

  write() {
    const room = ROOMS[Math.floor(this.random() * ROOMS.length)];
    const rows = this.written.get(room);
    const clientId = `r${room}-${rows.length}`;
    rows.push(clientId);
    const effects = this.outbox.enqueue(draft(clientId, room), this.now);
    assert.equal(effects[0].do, "save");
    // What was written is on record before anything else can happen.
    this.journal.save(effects[0].item);
    this.run(effects.slice(1));
  }

  connect() {
    if (this.connection) return;
    this.connection = this.server.connect();
    if (this.chance(0.5)) for (const receipt of this.server.receipts.values()) this.run(this.outbox.confirm(receipt, this.now));
    if (this.connection) this.run(this.outbox.ready(WINDOW, this.now));
  }

  /** The connection breaks: some of what was under way still arrives at the server, none of it at the client. */
  drop() {
    const arrived = Math.floor(this.random() * (this.up.length + 1));
    for (const item of this.up.splice(0, arrived)) this.server.send(this.connection, item, this.refusal());
    this.up = [];
    this.down = [];
    this.connection = null;
    this.outbox.closed();
  }

  crash() {
    if (this.connection) this.drop();
    this.load();
  }

  refusal() {
    if (this.calm || !this.chance(this.weather.refused)) return null;
    const code = this.chance(0.5) ? "busy" : "rate_limited";
    return { code, retry: true, ...(this.chance(0.5) ? { after_ms: 100 + Math.floor(this.random() * 2000) } : {}) };
  }

  serve() {
    const item = this.up.shift();
    if (item) this.down.push(this.server.send(this.connection, item, this.refusal()));
  }

  deliver() {
    if (this.down.length === 0) return;
    const [answer] = this.down.splice(this.calm ? 0 : Math.floor(this.random() * this.down.length), 1);
    if (!this.calm && this.chance(this.weather.lost)) return;
    if (!this.calm && this.chance(this.weather.doubled)) this.down.push(answer);
    this.run(answer.ack ? this.outbox.confirm(answer.ack, this.now) : this.outbox.refuse(answer.nack, this.now));
  }

  pass() {
    this.now += this.random() * 1500;
    if (this.connection) this.run(this.outbox.heard(this.now));
    this.run(this.outbox.tick(this.now));
  }

  step() {
    const dice = this.random();
    if (dice < 0.05) this.write();
    else if (dice < 0.35) this.serve();
    else if (dice < 0.65) this.deliver();
    else if (dice < 0.9) this.pass();
    else if (dice < 0.96) this.connect();
    else if (dice < 0.96 + this.weather.broken) this.connection && this.drop();
    else if (dice > 0.997) this.crash();
  }

  /** The storm is over: everything must come to its end by itself, and what failed by one press of Retry. */
  settle() {
    this.calm = true;
    for (let step = 0; step < 5000; step++) {
      this.connect();
      for (const { clientId, state } of this.outbox.items()) if (state === "failed") this.run(this.outbox.retry(clientId, this.now));
      if (this.outbox.items().length === 0) return;
      this.serve();
      this.deliver();
      this.pass();
    }
    assert.fail(`no end: ${JSON.stringify(this.outbox.items())}`);
  }

  check() {
    for (const room of ROOMS) {
      const [rows, written] = [this.server.rooms.get(room), this.written.get(room)];
      assert.equal(new Set(rows).size, rows.length, "at most once");
      assert.deepEqual([...rows].sort(), [...written].sort(), "nothing forgotten, nothing invented");
      const steady = (ids) => ids.filter((id) => !this.stumbled.has(id));
      assert.deepEqual(steady(rows), steady(written), "order kept");
    }
    assert.equal(this.storage.length, 0, "the journal is empty when all is sent");
  }
}

test("whatever the network, the browser and the server do: once, in order, all of it, in the end", () => {
  let stumbled = 0;
  for (let seed = 1; seed <= 400; seed++) {
    const world = new World(seed);
    try {
      for (let step = 0; step < 600; step++) world.step();
      world.settle();
      world.check();
    } catch (error) {
      error.message = `seed ${seed}: ${error.message}`;
      throw error;
    }
    stumbled += world.stumbled.size;
  }
  // A storm in which nothing ever fails would prove little.
  assert.ok(stumbled > 50, `only ${stumbled} messages failed on the way`);
});
