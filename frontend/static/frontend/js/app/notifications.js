import { inWords } from "../files/words.js";
import { find } from "../dom/elements.js";

/** @typedef {import("./prefixed_storage.js").PrefixedStorage} PrefixedStorage */

const POSSIBLE = "Notification" in window && "locks" in navigator;
const LONGEST = 200;
/** A page of this browser that can be seen holds it. */
const WATCHING = "posthorn:watching";
/** Tabs hear of a message at about the same time; the first of them notifies. */
const TAB_MS = 5_000;

/** Notifications of the system, for when no page of the chat can be seen. Asks for permission only when its button is pressed. */
export class Notifications {
  #button = find("#notifications", HTMLButtonElement);
  /** Where they can be allowed and yet not made, as in Chrome on Android: only a service worker may do it there. */
  #refused = false;

  /** @param {PrefixedStorage} storage @param {(room: number) => void} go */
  constructor(storage, go) {
    this.storage = storage;
    this.go = go;
    if (!POSSIBLE) return;
    this.#button.addEventListener("click", () => this.#pressed());
    holdWhileVisible();
    this.#draw();
  }

  /** Whether they are wanted, and nobody looks at any page of the chat. */
  async due() {
    if (!this.#on || document.visibilityState === "visible") return false;
    const { held } = await navigator.locks.query();
    return !held?.some(({ name }) => name === WATCHING);
  }

  /** Tells of a message, unless another tab does. @param {{id: number, name: string, kind: string}} room @param {import("../connection/protocol.js").Message} message */
  async tell(room, message) {
    const { id, sender } = message;
    const title = room.kind === "direct" ? sender.name : `${sender.name} in ${room.name}`;
    await navigator.locks.request(`posthorn:message:${id}`, { ifAvailable: true }, async (lock) => {
      if (!lock) return;
      this.#show(room.id, title, { body: inWords(message).slice(0, LONGEST), tag: `posthorn:${id}` });
      await new Promise((resolve) => setTimeout(resolve, TAB_MS));
    });
  }

  get #on() {
    return POSSIBLE && !this.#refused && Notification.permission === "granted" && this.storage.get("off") === null;
  }

  /** @param {number} room @param {string} title @param {NotificationOptions} options */
  #show(room, title, options) {
    const notification = this.#make(title, options);
    notification?.addEventListener("click", () => {
      window.focus();
      this.go(room);
      notification.close();
    });
  }

  /** @param {string} title @param {NotificationOptions} options */
  #make(title, options) {
    try {
      return new Notification(title, options);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      this.#refused = true;
      this.#draw();
      return null;
    }
  }

  async #pressed() {
    // Without permission nothing shows, but a browser that cannot says so.
    if (Notification.permission === "default" && !this.#make("", {})) return;
    this.storage.set("off", this.#on ? "1" : null);
    if (Notification.permission === "default") await Notification.requestPermission();
    this.#draw();
  }

  #draw() {
    const denied = Notification.permission === "denied";
    this.#button.hidden = false;
    this.#button.disabled = denied || this.#refused;
    if (this.#refused) this.#button.textContent = "This browser cannot show notifications";
    else if (denied) this.#button.textContent = "Notifications are blocked in this browser";
    else this.#button.textContent = `Turn ${this.#on ? "off" : "on"} notifications`;
  }
}

function holdWhileVisible() {
  /** @type {(() => void) | null} */
  let release = null;
  const follow = () => {
    release?.();
    release = null;
    if (document.visibilityState !== "visible") return;
    void navigator.locks.request(
      WATCHING,
      { mode: "shared" },
      () => new Promise((resolve) => (release = () => resolve(null))),
    );
  };
  document.addEventListener("visibilitychange", follow);
  follow();
}
