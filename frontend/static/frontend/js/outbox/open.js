import { OutboxDriver } from "./driver.js";
import { uploadIdsOf } from "./items/operation.js";
import { EffectRunner } from "./effect_runner.js";
import { Outbox } from "./outbox.js";
import { OutboxStorage } from "./storage/storage.js";
import { Tabs } from "./tabs/tabs.js";
import { KeptBytes } from "../uploads/kept_bytes.js";
import { Strays } from "../uploads/strays.js";
import { TusTransport } from "../uploads/tus_transport.js";
import { Uploads } from "../uploads/uploads.js";

const WATCH_MS = 1_000;

/**
 * Puts the outbox together from what this browser has to offer.
 *
 * @param {number} userId
 * @param {import("./effect_runner.js").Page & {storageFailed: () => void, isDraft: (uploadId: string) => boolean}} page
 */
export function openOutbox(userId, page) {
  const places = { local: () => localStorage, indexed: () => indexedDB };
  const storage = new OutboxStorage(userId, places, () => page.storageFailed());
  const browser = {
    locks: navigator.locks,
    open: (/** @type {string} */ name) => new BroadcastChannel(name),
    visible: () => document.visibilityState === "visible",
  };
  const clock = { now: () => performance.now(), random: Math.random, alarm: makeAlarm() };
  const bytes = new KeptBytes(places.indexed, userId);
  const uploads = new Uploads(bytes, new TusTransport(), clock);
  const driver = new OutboxDriver(
    new Outbox({ files: uploads.shelf }),
    new EffectRunner(storage, page, uploads),
    (delegate) => new Tabs(userId, browser, delegate),
    clock,
  );
  void storage.load((entries) => driver.restore(entries));
  const sends = (/** @type {string} */ uploadId) =>
    driver.outbox.items().some(({ operation }) => uploadIdsOf(operation).includes(uploadId));
  const strays = new Strays(bytes, (uploadId) => sends(uploadId) || page.isDraft(uploadId));
  setInterval(() => {
    driver.watch();
    strays.tick();
  }, WATCH_MS);
  return driver;
}

function makeAlarm() {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return (/** @type {number | null} */ ms, /** @type {() => void} */ ring) => {
    clearTimeout(timer);
    if (ms !== null) timer = setTimeout(ring, ms);
  };
}
