/**
 * Which of a person's tabs sends for all: the holder of a Web Lock. The browser passes it on the moment its holder's tab is
 * closed or crashes. Without Web Locks (a site on plain http, storage blocked) every tab leads itself: that costs repeats, and
 * the server knows repeats.
 */
export class LeaderLock {
  held = false;
  #locks;
  #name;
  #delegate;
  /** @type {AbortController | null} */
  #attempt = null;

  /** @param {LockManager | undefined} locks @param {string} name @param {{took: () => void, lost: () => void}} delegate */
  constructor(locks, name, delegate) {
    this.#locks = locks;
    this.#name = name;
    this.#delegate = delegate;
  }

  /** Asks for the lead; `took` tells when it has come. */
  stand() {
    this.#ask((attempt) => ({ signal: attempt.signal }));
  }

  /** Takes the lead from whoever has it, and does not know it any more. */
  steal() {
    this.#ask(() => ({ steal: true }));
  }

  /** Gives the lead up, or no longer asks for it. */
  resign() {
    this.held = false;
    this.#attempt?.abort();
    this.#attempt = null;
  }

  /** @param {(attempt: AbortController) => LockOptions} options */
  #ask(options) {
    this.resign();
    const attempt = (this.#attempt = new AbortController());
    const over = new Promise((resolve) => attempt.signal.addEventListener("abort", resolve));
    if (!this.#locks) return this.#take(attempt);
    const hold = () => {
      this.#take(attempt);
      return over;
    };
    this.#locks.request(this.#name, options(attempt), hold).catch((error) => this.#ended(attempt, error));
  }

  /** @param {AbortController} attempt */
  #take(attempt) {
    if (attempt !== this.#attempt) return;
    this.held = true;
    this.#delegate.took();
  }

  /** @param {AbortController} attempt @param {Error} error */
  #ended(attempt, error) {
    if (attempt !== this.#attempt) return;
    if (error.name !== "AbortError") return this.#take(attempt);
    // Stolen. It comes back in its turn.
    this.held = false;
    this.#delegate.lost();
    this.stand();
  }
}
