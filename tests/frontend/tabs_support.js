/** A browser's Web Locks and BroadcastChannels, shared by the tabs of a test. When a tab hears of anything is up to the test. */

const stolen = () => new DOMException("the lock was stolen", "AbortError");

/** What waits to be heard by one tab. What one sender said stays in order; the senders may overtake one another. */
export class Mail {
  #letters = [];

  put(from, open) {
    this.#letters.push({ from, open });
  }

  get senders() {
    return [...new Set(this.#letters.map(({ from }) => from))];
  }

  /** Has the tab hear one thing, the oldest of one sender. */
  take(from = this.senders[0]) {
    const index = this.#letters.findIndex((letter) => letter.from === from);
    if (index >= 0) this.#letters.splice(index, 1)[0].open();
  }
}

/** One lock, and who waits for it. */
export class FakeLock {
  #holder = null;
  #queue = [];

  /** `navigator.locks` as the tab with this mail sees it. */
  for(mail) {
    return {
      request: (name, { steal = false, signal }, callback) =>
        new Promise((resolve, reject) => {
          const request = { mail, signal, callback, reject };
          signal?.addEventListener("abort", () => this.#withdraw(request));
          if (!steal) return this.#wait(request);
          const robbed = this.#holder;
          robbed?.mail.put("lock", () => robbed.reject(stolen()));
          this.#grant(request);
        }),
    };
  }

  /** The browser notices that a tab is gone. */
  tabGone(mail) {
    this.#queue = this.#queue.filter((request) => request.mail !== mail);
    if (this.#holder?.mail === mail) this.#release(this.#holder);
  }

  #wait(request) {
    if (this.#holder) this.#queue.push(request);
    else this.#grant(request);
  }

  #withdraw(request) {
    if (!this.#queue.includes(request)) return;
    this.#queue = this.#queue.filter((other) => other !== request);
    request.reject(stolen());
  }

  #grant(request) {
    this.#holder = request;
    request.mail.put("lock", () => {
      if (request.signal?.aborted) return this.#release(request);
      void request.callback({}).then(() => this.#release(request));
    });
  }

  #release(request) {
    if (this.#holder !== request) return;
    this.#holder = null;
    const next = this.#queue.shift();
    if (next) this.#grant(next);
  }
}

/** Channels of one name. */
export class FakeChannels {
  #open = new Map();

  /** What `new BroadcastChannel` gives to the tab with this mail; others hear it as this sender. */
  for(mail, sender) {
    const channel = { onmessage: () => {}, postMessage: (data) => this.#post(mail, sender, structuredClone(data)) };
    this.#open.set(mail, channel);
    return channel;
  }

  tabGone(mail) {
    this.#open.delete(mail);
  }

  #post(own, sender, data) {
    for (const [mail, channel] of this.#open) if (mail !== own) mail.put(sender, () => channel.onmessage({ data }));
  }
}
