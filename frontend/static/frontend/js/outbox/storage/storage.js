import { OutboxDatabase } from "./database.js";
import { OutboxJournal } from "./journal.js";
import { entryFromItem, readEntry } from "../items/entry.js";

/** @typedef {import("../items/entry.js").Entry} Entry @typedef {import("../items/item.js").Item} Item */

/** The outbox does not wait longer than this for a database that does not answer. */
const PATIENCE_MS = 2_000;

/**
 * Keeps what is not sent through a reload, a crash or a closed tab: in the journal at once, in the database next, and out of the
 * journal when the database has it. Each does alone what the other cannot; where neither can, the outbox lives in memory, and
 * `onTrouble` is told so once.
 */
export class OutboxStorage {
  #journal;
  #database;
  #onTrouble;
  /** Whether the last attempts succeeded. */
  #journalWorks = true;
  #databaseWorks = true;
  #troubled = false;

  /** @param {number} userId @param {{local: () => Storage, indexed: () => IDBFactory}} browser @param {() => void} onTrouble */
  constructor(userId, { local, indexed }, onTrouble) {
    this.#journal = new OutboxJournal(local, userId);
    this.#database = new OutboxDatabase(indexed, userId, (batch, done) => this.#written(batch, done));
    this.#onTrouble = onTrouble;
  }

  /**
   * EffectRunner over what earlier pages left, in any order. Calls once, or, if the database is slow, a second time with what was in it.
   *
   * @param {(entries: Entry[]) => void} found
   */
  async load(found) {
    // The journal first: what moves from the one into the other meanwhile is seen twice rather than never.
    const journal = this.#journal.load();
    this.#journalWorks = journal !== null;
    const buried = this.#journal.buried();
    const reading = this.#read().then((entries) => entries?.filter(({ clientId }) => !buried.includes(clientId)));
    const first = await Promise.race([reading, pause(PATIENCE_MS)]);
    this.#databaseWorks = Boolean(first);
    if (!this.#databaseWorks && !this.#journalWorks) this.#complain();
    // Where both have it, the journal's is the newer.
    found([...new Map([...(first ?? []), ...(journal ?? [])].map((entry) => [entry.clientId, entry])).values()]);
    for (const entry of journal ?? [])
      if (this.#journal.has(entry.clientId)) this.#database.write(entry.clientId, entry);
    for (const clientId of buried) this.#database.write(clientId, null);
    if (!first) found((await reading) ?? []);
  }

  /** Returns when the item is on record, as far as anything here can keep it. @param {Item} item */
  save(item) {
    const entry = entryFromItem(item);
    this.#journalWorks = this.#journal.save(entry);
    this.#database.write(entry.clientId, entry);
  }

  /** Returns when no later page will find the item. @param {string} clientId */
  forget(clientId) {
    this.#journal.forget(clientId);
    // The database lets go of it when this task is over, which a page that goes away does not live to see.
    if (this.#databaseWorks) this.#journal.bury(clientId);
    this.#database.write(clientId, null);
  }

  /** What a message would be kept in now. */
  get kind() {
    if (this.#databaseWorks) return this.#journalWorks ? "journal and database" : "database";
    return this.#journalWorks ? "journal" : "memory";
  }

  async #read() {
    try {
      return (await this.#database.load()).flatMap((kept) => readEntry(kept) ?? []);
    } catch {
      return null;
    }
  }

  /** @param {import("./database.js").Batch} batch @param {boolean} done */
  #written(batch, done) {
    // One that is full still lets things go.
    if (!done || [...batch.values()].some(Boolean)) this.#databaseWorks = done;
    for (const [clientId, entry] of batch) {
      if (entry === null) done && this.#journal.unbury(clientId);
      else if (done) this.#journal.release(entry);
      else if (!this.#journal.has(clientId)) this.#complain();
    }
  }

  #complain() {
    if (!this.#troubled) this.#onTrouble();
    this.#troubled = true;
  }
}

/** @param {number} ms @returns {Promise<void>} */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
