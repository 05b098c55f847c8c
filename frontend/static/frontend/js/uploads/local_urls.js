/** A message that has just been sent may still show what was here before it shows the server's. */
const RETIRE_MS = 60_000;

/** Addresses under which this page itself shows files. */
export class LocalUrls {
  /** @type {Map<string, string>} */
  #urls = new Map();

  /** @param {string} id @param {Blob | null} blob */
  of(id, blob) {
    const known = this.#urls.get(id);
    if (known || !blob) return known ?? "";
    const url = URL.createObjectURL(blob);
    this.#urls.set(id, url);
    return url;
  }

  /** It is not wanted for long any more. @param {string} id */
  retire(id) {
    const url = this.#urls.get(id);
    if (url) setTimeout(() => this.#revoke(id, url), RETIRE_MS);
  }

  /** @param {string} id @param {string} url */
  #revoke(id, url) {
    URL.revokeObjectURL(url);
    this.#urls.delete(id);
  }
}
