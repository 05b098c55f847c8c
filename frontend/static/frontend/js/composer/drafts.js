/**
 * What was begun and not sent, by room. It outlives reloads and crashes. It is one user's: others who log in with this browser
 * never see it, and logging out throws it away. Of several tabs, the one written in last has its say.
 */
export class Drafts {
  /** @param {import("../app/saved.js").Saved} saved @param {(room: number) => void} changed a draft was begun or ended there */
  constructor(saved, changed) {
    this.saved = saved;
    this.changed = changed;
  }

  /** @param {number} room */
  get(room) {
    return this.saved.get(String(room)) ?? "";
  }

  /** @param {number} room */
  has(room) {
    return this.get(room) !== "";
  }

  /** @param {number} room @param {string} text */
  set(room, text) {
    const [before, now] = [this.has(room), text.trim() !== ""];
    if (before || now) this.saved.set(String(room), now ? text : null);
    if (now !== before) this.changed(room);
  }

  clear() {
    this.saved.clear();
  }
}
