import { arrange, find, showIf } from "../../dom/elements.js";
import { choose } from "./chosen.js";
import { isPicture, measure } from "./measure.js";
import { TrayCard } from "./tray_card.js";

/** @typedef {import("../../uploads/upload.js").Upload} Upload @typedef {import("../../uploads/upload.js").LocalFile} LocalFile */

/** The files that go with what is being written in a room. They are part of its draft, and begin to be uploaded at once. */
export class Tray {
  #list = find("#composer-files", HTMLUListElement);
  /** @type {Map<string, TrayCard>} */
  #cards = new Map();
  #room = 0;
  #open = false;
  #locked = false;
  #composer = { problem: (/** @type {string} */ _) => {}, focus: () => {} };

  /**
   * @param {import("../drafts.js").Drafts} drafts
   * @param {import("../../uploads/uploads.js").Uploads} uploads
   * @param {import("../../dom/announcer.js").Announcer} announcer
   * @param {number} maxBytes the largest file that the server takes
   */
  constructor(drafts, uploads, announcer, maxBytes) {
    this.drafts = drafts;
    this.uploads = uploads;
    this.announcer = announcer;
    this.maxBytes = maxBytes;
  }

  /** @param {{problem: (text: string) => void, focus: () => void}} composer */
  join(composer) {
    this.#composer = composer;
  }

  /** @param {number} room @param {boolean} open whether what is written there can have files */
  show(room, open) {
    this.#room = room;
    this.#open = open;
    const files = open ? this.drafts.files(room) : [];
    if (files.length === 0 && this.#cards.size === 0) return;
    for (const uploadId of this.#cards.keys())
      if (!files.some((file) => file.uploadId === uploadId)) this.#cards.delete(uploadId);
    for (const file of files) if (!this.#cards.has(file.uploadId)) this.#put(file);
    arrange(
      this.#list,
      [...this.#cards.values()].map(({ element }) => element),
    );
    showIf(this.#list, files.length > 0);
  }

  /** @param {boolean} locked nothing can be sent there */
  lock(locked) {
    this.#locked = locked;
  }

  get count() {
    return this.#cards.size;
  }

  /** Whether all of them can be sent, sooner or later; says so if not. What failed is tried again. */
  sendable() {
    const uploads = [...this.#cards.keys()].flatMap((uploadId) => this.uploads.shelf.get(uploadId) ?? []);
    const refused = uploads.find(({ state }) => state === "refused");
    if (refused) this.refuse(`${refused.file.name} cannot be sent. Remove it, and send the rest.`);
    const failed = uploads.filter(({ state }) => state === "failed").map(({ file }) => file.uploadId);
    if (!refused && failed.length > 0) this.uploads.retry(failed);
    return !refused;
  }

  /** @param {string} text why not */
  refuse(text) {
    this.#composer.problem(text);
  }

  /** @param {File[]} files that somebody chose, pasted or dropped */
  add(files) {
    const why = this.#whyNone();
    if (why !== "" || files.length === 0) return this.refuse(why);
    const room = this.#room;
    const { taken, problem } = choose(files, this.count, this.maxBytes);
    this.#change(room, (before) => [...before, ...taken.map(({ file }) => file)]);
    this.refuse(problem);
    for (const { file, blob } of taken) {
      this.uploads.add(room, file, blob);
      if (isPicture(file)) void this.#measure(room, file);
    }
    this.show(room, true);
    if (taken.length > 0) this.announcer.say(`Added: ${taken.map(({ file }) => file.name).join(", ")}.`);
  }

  /** A file has come on, or to an end. @param {Upload} upload */
  update(upload) {
    const card = this.#cards.get(upload.file.uploadId);
    if (!card) return;
    const warned = card.element.dataset.kept === "false";
    card.element.dataset.kept = String(upload.kept);
    card.showPicture(this.uploads.shelf.localUrl(upload.file.uploadId));
    card.show(upload);
    if (upload.kept === false && !warned)
      this.refuse(
        "This browser does not let us keep files (its storage is blocked or full). Do not close this page before they are sent.",
      );
  }

  #whyNone() {
    if (this.#room === 0 || this.#locked) return "Files can only be sent to a room that you are in.";
    return this.#open ? "" : "Files cannot be added to a message that was sent. Finish or cancel the change first.";
  }

  /** @param {LocalFile} file */
  #put(file) {
    const card = new TrayCard(file, {
      remove: () => this.#remove(card),
      retry: () => this.uploads.retry([file.uploadId]),
      describe: () => void this.#describe(card),
    });
    this.#cards.set(file.uploadId, card);
    this.uploads.expect(this.#room, file);
    const upload = this.uploads.shelf.get(file.uploadId);
    if (upload) this.update(upload);
  }

  /** @param {TrayCard} card */
  #remove({ file }) {
    const place = [...this.#cards.keys()].indexOf(file.uploadId);
    this.#change(this.#room, (files) => files.filter(({ uploadId }) => uploadId !== file.uploadId));
    void this.uploads.drop([file.uploadId]);
    this.show(this.#room, this.#open);
    const next = [...this.#cards.values()][Math.min(place, this.count - 1)];
    if (next) next.focus();
    else this.#composer.focus();
    this.announcer.say(`${file.name} removed.`);
    this.refuse("");
  }

  /** @param {TrayCard} card */
  async #describe(card) {
    const room = this.#room;
    const { askForDescription } = await import("./describe_dialog.js");
    const { uploadId } = card.file;
    const description = await askForDescription(card.file, this.uploads.shelf.localUrl(uploadId));
    if (description === null) return;
    this.#change(room, (files) => files.map((file) => (file.uploadId === uploadId ? { ...file, description } : file)));
    card.describe({ ...card.file, description });
    this.uploads.describe(room, card.file);
  }

  /** How large it is on the page is known before it is there. @param {number} room @param {LocalFile} file */
  async #measure(room, { uploadId }) {
    const size = await measure(this.uploads.shelf.localUrl(uploadId));
    this.#change(room, (files) => files.map((file) => (file.uploadId === uploadId ? { ...file, ...size } : file)));
  }

  /** @param {number} room @param {(files: LocalFile[]) => LocalFile[]} change */
  #change(room, change) {
    this.drafts.setFiles(room, change(this.drafts.files(room)));
  }
}
