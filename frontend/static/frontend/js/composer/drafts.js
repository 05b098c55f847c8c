/**
 * @typedef {{message: number, name: string, body: string}} Reply what a draft answers
 * @typedef {{message: number, body: string, text: string}} Edit a message, what it says, and what it is to say
 */

/** @typedef {import("../uploads/upload.js").LocalFile} LocalFile */

/** The form in which replies and edits are kept. What has another one is not read. */
const VERSION = 1;

/**
 * What was begun and not sent, by room: a text, files, whom it answers, and a message that is being edited. It outlives other rooms, reloads
 * and crashes, and the room's going away. It is one user's: others who log in with this browser never see it, and logging out throws
 * it away. Of several tabs, the one written in last has its say.
 */
export class Drafts {
  /** @param {import("../app/prefixed_storage.js").PrefixedStorage} storage @param {(room: number) => void} changed a draft was begun or ended there */
  constructor(storage, changed) {
    this.storage = storage;
    this.changed = changed;
  }

  /** Whether something was begun there. @param {number} room */
  has(room) {
    const edit = this.edit(room);
    return this.text(room) !== "" || this.files(room).length > 0 || (edit !== null && edit.text !== edit.body);
  }

  /** @param {number} room */
  text(room) {
    return this.storage.get(String(room)) ?? "";
  }

  /** @param {number} room @returns {Reply | null} */
  reply(room) {
    return this.#read(`${room}:reply`);
  }

  /** @param {number} room @returns {Edit | null} */
  edit(room) {
    return this.#read(`${room}:edit`);
  }

  /** What is to be sent with it. @param {number} room @returns {LocalFile[]} */
  files(room) {
    return this.#read(`${room}:files`)?.files ?? [];
  }

  /** Of all rooms. */
  get allFiles() {
    return this.#rooms.flatMap((room) => this.files(room));
  }

  /** @param {number} room @param {LocalFile[]} files */
  setFiles(room, files) {
    this.#write(room, `${room}:files`, files.length > 0 ? { files } : null);
  }

  /** @param {number} room @param {string} text */
  setText(room, text) {
    this.#write(room, String(room), text.trim() === "" ? null : text);
  }

  /** @param {number} room @param {Reply | null} reply */
  setReply(room, reply) {
    this.#write(room, `${room}:reply`, reply);
  }

  /** @param {number} room @param {Edit | null} edit */
  setEdit(room, edit) {
    this.#write(room, `${room}:edit`, edit);
  }

  /** Its text and files, reply or not, are sent. @param {number} room */
  end(room) {
    this.setText(room, "");
    this.setFiles(room, []);
    this.setReply(room, null);
  }

  /** In how many rooms there is one. */
  get count() {
    return this.#rooms.filter((room) => this.has(room)).length;
  }

  clear() {
    this.storage.clear();
  }

  get #rooms() {
    return [...new Set(this.storage.keys.map((key) => Number.parseInt(key, 10)))];
  }

  /** @param {string} key */
  #read(key) {
    try {
      const { v, ...kept } = JSON.parse(this.storage.get(key) ?? "{}");
      return v === VERSION ? kept : null;
    } catch {
      return null;
    }
  }

  /** @param {number} room @param {string} key @param {string | object | null} value */
  #write(room, key, value) {
    const before = this.has(room);
    const kept = value === null || typeof value === "string" ? value : JSON.stringify({ v: VERSION, ...value });
    if (kept !== null || this.storage.get(key) !== null) this.storage.set(key, kept);
    if (this.has(room) !== before) this.changed(room);
  }
}
