/** Unanswered questions after which the leader counts as gone. Two, since a tab that just woke up may ask before it has listened. */
const PATIENCE = 2;

/** Notices that the tab which leads does nothing any more: frozen, stuck, or held up where nobody sees it. */
export class LeaderWatch {
  #unanswered = 0;

  /** The leader gave a sign of life. */
  heard() {
    this.#unanswered = 0;
  }

  /** To be called about once a second. @param {boolean} waits whether this tab waits for the leader @returns {"nothing" | "ask" | "steal"} */
  tick(waits) {
    const patient = this.#unanswered < PATIENCE;
    this.#unanswered = waits && patient ? this.#unanswered + 1 : 0;
    if (!waits) return "nothing";
    return patient ? "ask" : "steal";
  }
}
