import { OutboxDriver } from "./driver.js";
import { EffectRunner } from "./effect_runner.js";
import { Outbox } from "./outbox.js";
import { OutboxStorage } from "./storage/storage.js";
import { Tabs } from "./tabs/tabs.js";

const WATCH_MS = 1_000;

/**
 * Puts the outbox together from what this browser has to offer.
 *
 * @param {number} userId
 * @param {import("./effect_runner.js").Page & {storageFailed: () => void}} page
 */
export function openOutbox(userId, page) {
  const places = { local: () => localStorage, indexed: () => indexedDB };
  const storage = new OutboxStorage(userId, places, () => page.storageFailed());
  const browser = {
    locks: navigator.locks,
    open: (/** @type {string} */ name) => new BroadcastChannel(name),
    visible: () => document.visibilityState === "visible",
  };
  const clock = { now: () => performance.now(), alarm: makeAlarm() };
  const driver = new OutboxDriver(
    new Outbox(),
    new EffectRunner(storage, page),
    (delegate) => new Tabs(userId, browser, delegate),
    clock,
  );
  void storage.load((entries) => driver.restore(entries));
  setInterval(() => driver.watch(), WATCH_MS);
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
