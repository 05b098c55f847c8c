/**
 * The outbox against a model of the world: a server that keeps the protocol's promises, and a network, a browser with several
 * tabs and a person who keep none. What must hold whatever happens: at most once, each tab's order kept, nothing forgotten, no
 * message without its files, all tabs of one mind in the end, and an end to it.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { OutboxDriver } from "../../frontend/static/frontend/js/outbox/driver.js";
import { EffectRunner } from "../../frontend/static/frontend/js/outbox/effect_runner.js";
import { entryFromItem } from "../../frontend/static/frontend/js/outbox/items/entry.js";
import { newClientId } from "../../frontend/static/frontend/js/outbox/items/client_id.js";
import { isPending } from "../../frontend/static/frontend/js/outbox/items/item.js";
import { OutboxJournal } from "../../frontend/static/frontend/js/outbox/storage/journal.js";
import { Outbox } from "../../frontend/static/frontend/js/outbox/outbox.js";
import { Tabs } from "../../frontend/static/frontend/js/outbox/tabs/tabs.js";
import { Strays } from "../../frontend/static/frontend/js/uploads/strays.js";
import { Uploads } from "../../frontend/static/frontend/js/uploads/uploads.js";
import { FakeStorage, seeded } from "./support.js";
import { FakeChannels, FakeLock, Mail } from "./tabs_support.js";
import { FakeBytes, FakeTransport, FakeUploads } from "./uploads_support.js";

const ROOMS = [1, 2];
const WINDOW = 8;

/** Keeps the promises: durable, exactly once, and order per connection and room. */
class Server {
  rooms = new Map(ROOMS.map((room) => [room, []]));
  receipts = new Map();
  uploads = new FakeUploads();

  connect() {
    return { held: new Map() };
  }

  /** Answers one `send` frame. */
  send({ held }, { clientId, operation: { room, body, files = [] } }, refuses) {
    const culprit = held.get(room);
    if (culprit !== undefined && culprit !== clientId)
      return { nack: { client_id: clientId, code: "order", retry: true } };
    const repeated = this.receipts.has(clientId);
    const refusal = refuses ?? (this.uploads.whole(files) ? null : { code: "not_ready", retry: true });
    if (refusal && !repeated) {
      held.set(room, clientId);
      return { nack: { client_id: clientId, ...refusal } };
    }
    held.delete(room);
    if (!this.receipts.has(clientId)) {
      const rows = this.rooms.get(room);
      rows.push(body);
      this.uploads.attach(files);
      this.receipts.set(clientId, { clientId, room, id: this.receipts.size + 1, seq: rows.length, at: "" });
    }
    return { ack: this.receipts.get(clientId) };
  }
}

/** One page of the chat. `seat` is the place in the browser it is loaded into: a reload makes another page in the same seat. */
class Tab {
  alive = true;
  frozen = false;
  visible = true;
  loaded = false;
  connection = null;
  /** Frames on their way: to the server a stream, to the page a heap that anything may happen to. */
  up = [];
  down = [];
  mail = new Mail();
  alarm = null;
  /** Client id to what the page shows of it: pending, over, sent or removed. */
  shown = new Map();

  constructor(world, seat) {
    this.world = world;
    this.seat = seat;
    this.bytes = new FakeBytes(world.bytes, () => !world.calm && world.chance(0.1), world.kept);
    this.transport = new FakeTransport(world.server.uploads);
    const browser = {
      locks: world.lock.for(this.mail),
      open: () => world.channels.for(this.mail, seat),
      visible: () => this.visible,
    };
    const clock = {
      now: () => world.now,
      random: world.random,
      alarm: (ms, ring) => (this.alarm = ms === null ? null : { at: world.now + ms, ring }),
    };
    const join = (delegate) => new Tabs(1, browser, delegate);
    this.uploads = new Uploads(this.bytes, this.transport, clock);
    this.driver = new OutboxDriver(
      new Outbox({ random: world.random, files: this.uploads.shelf }),
      new EffectRunner(this.storage(), this.page(), this.uploads),
      join,
      clock,
    );
  }

  /** @returns {any} the journal alone, in a page that may die at each step */
  storage() {
    const journal = new OutboxJournal(() => this.world.storage, 1);
    return {
      kind: "journal",
      save: (item) => this.alive && (journal.save(entryFromItem(item)), this.world.saved(item)) && this.maybeDie(),
      forget: (clientId) => this.alive && (journal.forget(clientId), this.maybeDie()),
    };
  }

  page() {
    return {
      send: (item) => this.alive && this.connection && this.up.push(structuredClone(item)) && this.maybeDie(),
      reconnect: () => this.drop(),
      show: (item) => {
        this.shown.set(item.clientId, isPending(item) ? "pending" : "over");
        if (!isPending(item)) this.world.stumbled.add(item.operation.body);
      },
      sent: (item) => this.shown.set(item.clientId, "sent"),
      removed: (item) => this.shown.set(item.clientId, "removed"),
      failed: () => {},
      asked: () => {},
      uploaded: () => {},
      tell: () => {},
    };
  }

  load() {
    this.loaded = true;
    this.driver.restore(new OutboxJournal(() => this.world.storage, 1).load());
  }

  connect() {
    if (this.connection) return;
    this.connection = this.world.server.connect();
    if (this.world.chance(0.5)) for (const receipt of this.world.server.receipts.values()) this.driver.confirm(receipt);
    if (this.connection) this.driver.ready(WINDOW);
  }

  /** The connection breaks: some of what was under way still arrives at the server, none of it at the page. */
  drop() {
    const arrived = Math.floor(this.world.random() * (this.up.length + 1));
    for (const item of this.up.splice(0, arrived)) this.world.server.send(this.connection, item, this.world.refusal());
    this.up = [];
    this.down = [];
    this.connection = null;
    this.driver.closed();
  }

  /** The server takes one frame of this page; every page with a connection hears of it. */
  serve() {
    const item = this.up.shift();
    if (!item) return;
    const answer = this.world.server.send(this.connection, item, this.world.refusal());
    this.down.push(answer);
    if (answer.ack) for (const tab of this.world.tabs) if (tab !== this && tab.connection) tab.down.push(answer);
  }

  hear() {
    const { calm, random, weather } = this.world;
    if (this.down.length === 0) return;
    const [answer] = this.down.splice(calm ? 0 : Math.floor(random() * this.down.length), 1);
    if (!calm && this.world.chance(weather.lost)) return;
    if (!calm && this.world.chance(weather.doubled)) this.down.push(answer);
    if (answer.ack) this.driver.confirm(answer.ack);
    else this.driver.refuse(answer.nack);
  }

  pass() {
    if (this.connection) this.driver.heard();
    if (this.alarm && this.alarm.at <= this.world.now) this.alarm.ring();
    this.driver.watch();
  }

  /** A few bytes travel, and some that were chosen are kept. */
  carry() {
    this.bytes.step();
    const transfer = this.connection && this.world.any(this.transport.going);
    if (!transfer) return;
    const breaks = !this.world.calm && this.world.chance(0.3);
    this.transport.step(transfer, 1 + Math.floor(this.world.random() * 4), breaks);
  }

  /** A person chooses files, and perhaps says what they show. */
  choose(room) {
    return Array.from({ length: 1 + Math.floor(this.world.random() * 2) }, () => {
      const file = {
        uploadId: newClientId(),
        name: "cat.png",
        type: "image/png",
        bytes: Math.floor(this.world.random() * 9),
      };
      this.uploads.add(room, file, /** @type {any} */ ({ size: file.bytes }));
      if (this.world.chance(0.5)) return file;
      const described = { ...file, description: "A cat" };
      this.uploads.describe(room, described);
      return described;
    });
  }

  maybeDie() {
    if (this.loaded && !this.world.calm && this.world.chance(0.001)) this.die();
  }

  die() {
    if (this.connection) this.drop();
    this.alive = false;
    this.world.lock.tabGone(this.mail);
    this.world.channels.tabGone(this.mail);
    this.world.tabs = this.world.tabs.filter((tab) => tab !== this);
  }
}

class World {
  now = 0;
  calm = false;
  server = new Server();
  storage = new FakeStorage();
  lock = new FakeLock();
  channels = new FakeChannels();
  bytes = new Map();
  /** Upload ids of bytes that were kept once. */
  kept = new Set();
  tabs = [];
  /** By seat and room, the bodies in the order of writing. */
  written = new Map();
  stumbled = new Set();
  discarded = new Set();
  handOvers = 0;
  lost = 0;
  #known = new Set();
  #seats = 0;

  constructor(seed) {
    this.random = seeded(seed);
    this.weather = {
      refused: this.chance(0.3) ? 0.97 : this.random() * 0.9,
      lost: this.random() * 0.6,
      doubled: this.random() * 0.3,
      broken: this.random() * 0.03,
    };
    this.mostTabs = 1 + (seed % 4);
    this.open(0);
  }

  chance(probability) {
    return this.random() < probability;
  }

  any(list) {
    return list[Math.floor(this.random() * list.length)];
  }

  /** Opens a page. One reads the storage in an instant: none is opened while another has yet to. */
  open(seat) {
    for (const { loaded } of this.tabs) if (!loaded) return;
    const tab = new Tab(this, seat);
    this.tabs.push(tab);
    if (this.calm || this.chance(0.7)) tab.load();
  }

  /** From here on an operation counts as written. */
  saved({ clientId, operation: { room, body } }) {
    if (this.#known.has(clientId)) return true;
    this.#known.add(clientId);
    const place = `${body.split(":")[0]} ${room}`;
    this.written.set(place, [...(this.written.get(place) ?? []), body]);
    return true;
  }

  refusal() {
    if (this.calm || !this.chance(this.weather.refused)) return null;
    const code = this.chance(0.7) ? "busy" : "rate_limited";
    return { code, retry: true, ...(this.chance(0.5) ? { after_ms: 100 + Math.floor(this.random() * 2000) } : {}) };
  }

  async step() {
    if (this.tabs.length === 0) this.open(0);
    const tab = this.any(this.tabs);
    const dice = this.random();
    if (dice < 0.06) this.wish(tab);
    else if (dice < 0.09) this.trouble(tab);
    else if (!tab.frozen) this.work(tab);
    this.now += this.random() * 1000;
    // Promises of the locks settle.
    for (let round = 0; round < 4; round++) await null;
  }

  /** What a person does. */
  wish(tab) {
    const over = tab.driver.outbox.items().filter((item) => !isPending(item));
    if (tab.frozen || this.chance(0.8) || over.length === 0) {
      const [room, body] = [this.any(ROOMS), `${tab.seat}:${this.now}`];
      if (tab.frozen) return;
      const files = this.chance(0.3) ? { files: tab.choose(room) } : {};
      tab.driver.enqueue({ kind: "send", room, body, replyTo: null, ...files });
    } else if (this.chance(0.7)) {
      for (let click = 0; click < 3; click++) tab.driver.retry(this.any(over).clientId);
    } else {
      const { clientId, operation } = this.any(over);
      this.discarded.add(operation.body);
      tab.driver.discard(clientId);
    }
  }

  /** What befalls a tab. A page that has not read the storage yet is not taken away: what it wrote is not in its place there. */
  trouble(tab) {
    const dice = this.random();
    if (dice < 0.1 && this.tabs.length < this.mostTabs) this.open((this.#seats += 1));
    else if (dice < 0.14 && tab.loaded) tab.die();
    else if (dice < 0.2 && this.tabs.every(({ loaded }) => loaded)) tab.die(), this.open(tab.seat);
    else if (dice < 0.35) tab.frozen = !tab.frozen;
    else if (dice < 0.5) tab.visible = !tab.visible;
    else if (dice < 0.55) this.server.uploads.withdraw(this.any(this.server.uploads.ids));
    else if (dice < 0.55 + this.weather.broken * 10 && tab.connection) tab.drop();
  }

  work(tab) {
    const dice = this.random();
    const led = this.tabs.find(({ driver }) => driver.tabs.leads);
    if (!tab.loaded && dice < 0.3) tab.load();
    else if (dice < 0.2) tab.serve();
    else if (dice < 0.3) tab.carry();
    else if (dice < 0.34) tab.bytes.step();
    else if (dice < 0.5) tab.hear();
    else if (dice < 0.8) tab.mail.take(this.any(tab.mail.senders));
    else if (dice < 0.95) tab.pass();
    else tab.connect();
    if (tab.driver.tabs.leads && led !== tab) this.handOvers += 1;
  }

  /** The storm is over: everything must come to its end by itself, and what failed by a press of Retry. */
  async settle() {
    this.calm = true;
    for (const tab of this.tabs) Object.assign(tab, { frozen: false, visible: true });
    for (let step = 0; step < 4000; step++) {
      for (const tab of this.tabs) {
        if (!tab.loaded) tab.load();
        tab.connect();
        for (const item of tab.driver.outbox.items()) this.help(tab, item);
        tab.carry();
        tab.serve();
        tab.hear();
        while (tab.mail.senders.length > 0) tab.mail.take();
        tab.pass();
      }
      this.now += 400;
      for (let round = 0; round < 4; round++) await null;
      const busy = this.tabs.some(
        (tab) => tab.driver.outbox.items().length + tab.mail.senders.length + tab.up.length + tab.down.length > 0,
      );
      if (!busy) return;
    }
    assert.fail(
      `no end: ${JSON.stringify(this.tabs.map(({ driver }) => [driver.status(), driver.outbox.items()[0]]))}`,
    );
  }

  /** A page has been open for a minute: what pages that died had left behind is gone. */
  async sweep() {
    for (const { bytes } of this.tabs) while (bytes.step()) await new Promise(setImmediate);
    const [tab] = this.tabs;
    const strays = new Strays(tab.bytes, (uploadId) => tab.uploads.shelf.get(uploadId) !== undefined);
    await new Promise(setImmediate);
    for (let second = 0; second < 61; second++) strays.tick();
  }

  /** What a person does about what did not get there; only files whose bytes are gone with a page cannot be helped. */
  help(tab, { clientId, state, error, operation }) {
    assert.notEqual(state, "rejected");
    if (state !== "failed") return;
    const there = error !== "file_lost" || operation.files.every(({ uploadId }) => this.kept.has(uploadId));
    if (there && !this.discarded.has(operation.body)) return tab.driver.retry(clientId);
    this.lost += 1;
    this.discarded.add(operation.body);
    tab.driver.discard(clientId);
  }

  check() {
    const rows = ROOMS.flatMap((room) => this.server.rooms.get(room));
    assert.equal(new Set(rows).size, rows.length, "at most once");
    const kept = (bodies) => bodies.filter((body) => !this.discarded.has(body));
    assert.deepEqual(
      kept(rows).sort(),
      kept([...this.written.values()].flat()).sort(),
      "nothing forgotten, nothing invented",
    );
    const steady = (bodies) => bodies.filter((body) => !this.stumbled.has(body));
    for (const [place, bodies] of this.written) {
      const [seat, room] = place.split(" ");
      const stored = this.server.rooms.get(Number(room)).filter((body) => body.startsWith(`${seat}:`));
      assert.deepEqual(steady(stored), steady(bodies), `order kept in ${place}`);
    }
    for (const tab of this.tabs) {
      for (const [clientId, state] of tab.shown)
        assert.ok(state === "sent" || state === "removed", `a tab still shows ${clientId} as ${state}`);
    }
    assert.equal(this.storage.length, 0, "nothing is left when all is sent");
    assert.equal(this.bytes.size, 0, "no bytes either");
  }
}

test("whatever the network, the browser, the server and the person do: once, in order, all of it, and all tabs agree in the end", async () => {
  let [stumbled, handOvers, lost, attached] = [0, 0, 0, 0];
  for (let seed = 1; seed <= 200; seed++) {
    const world = new World(seed);
    try {
      for (let step = 0; step < 800; step++) await world.step();
      await world.settle();
      // What only the storage still knows of, after a crash, is found by the next page.
      world.open(-1);
      await world.settle();
      await world.sweep();
      world.check();
    } catch (error) {
      error.message = `seed ${seed}: ${error.message}`;
      throw error;
    }
    stumbled += world.stumbled.size;
    handOvers += world.handOvers;
    lost += world.lost;
    attached += world.server.uploads.attached;
  }
  // A storm in which nothing ever fails, or one tab always leads, would prove little.
  assert.ok(stumbled > 50, `only ${stumbled} messages failed on the way`);
  assert.ok(handOvers > 300, `only ${handOvers} hand-overs`);
  assert.ok(attached > 1000, `only ${attached} files were sent`);
  assert.ok(lost > 0, "no page took files along that the browser had not kept");
});
