/** So many looks, one a second, and nobody refers to them: their page went away between two steps. */
const PATIENCE = 60;

/** Bytes that an earlier page kept and nothing refers to any more. Once a page, they are looked for and let go of. */
export class Strays {
  /** @type {Set<string>} */
  #strays = new Set();
  #looks = 0;

  /** @param {import("./kept_bytes.js").KeptBytes} bytes @param {(uploadId: string) => boolean} isWanted */
  constructor(bytes, isWanted) {
    this.bytes = bytes;
    this.isWanted = isWanted;
    void bytes.ids().then((ids) => (this.#strays = new Set(ids)));
  }

  /** To be called about once a second. Another tab may be about to say that it wants them: hence not at once. */
  tick() {
    for (const uploadId of this.#strays) if (this.isWanted(uploadId)) this.#strays.delete(uploadId);
    if ((this.#looks += 1) < PATIENCE || this.#strays.size === 0) return;
    void this.bytes.forget([...this.#strays]);
    this.#strays.clear();
  }
}
