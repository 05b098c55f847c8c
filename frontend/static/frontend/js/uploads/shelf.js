import { LocalUrls } from "./local_urls.js";
import { isOpen, isWhole, newUpload, progressOf, troubleOf } from "./upload.js";

/** @typedef {Pick<import("./kept_bytes.js").KeptBytes, "keep" | "read" | "forget">} Bytes @typedef {import("./upload.js").Upload} Upload @typedef {import("./upload.js").LocalFile} LocalFile */

/** After looking so often for bytes, only the server can say whether it has them. */
export const MAX_LOOKS = 3;

/**
 * The files at hand, and their bytes: those that were chosen here, heard of from another tab, or found where an earlier page kept them.
 */
export class Shelf {
  /** @type {Map<string, Upload>} */
  #all = new Map();
  /** What is over does not come back, whoever still tells of it. @type {Set<string>} */
  #over = new Set();
  #urls = new LocalUrls();
  #bytes;
  #delegate;

  /**
   * @param {Bytes} bytes
   * @param {{found: (upload: Upload) => void, missing: (upload: Upload) => void}} delegate
   */
  constructor(bytes, delegate) {
    this.#bytes = bytes;
    this.#delegate = delegate;
  }

  /** All there are, the oldest first. */
  list() {
    return [...this.#all.values()];
  }

  /** @param {string} uploadId */
  get(uploadId) {
    return this.#all.get(uploadId);
  }

  /** Those of these that are here. @param {string[]} uploadIds */
  those(uploadIds) {
    return uploadIds.flatMap((uploadId) => this.#all.get(uploadId) ?? []);
  }

  /** A file, with its bytes if they are known. Null for one that is over. @param {number} room @param {LocalFile} file @param {Blob | null} blob */
  put(room, file, blob) {
    if (this.#over.has(file.uploadId)) return null;
    const upload = this.#all.get(file.uploadId) ?? newUpload(room, file, null);
    this.#all.set(file.uploadId, upload);
    return Object.assign(upload, { file, blob: upload.blob ?? blob });
  }

  /** Keeps the bytes for pages to come. @param {Upload} upload @param {Blob} blob */
  async keep(upload, blob) {
    const copy = await this.#bytes.keep(upload.file.uploadId, blob);
    // It may have been taken off the shelf meanwhile.
    if (this.#all.get(upload.file.uploadId) !== upload) return void this.#bytes.forget([upload.file.uploadId]);
    this.#delegate.found(Object.assign(upload, { kept: copy !== null, blob: copy ?? blob }));
  }

  /** Looks for bytes that are missing. @param {Upload} upload */
  async look(upload) {
    const blob = await this.#bytes.read(upload.file.uploadId);
    if (upload.blob || this.#all.get(upload.file.uploadId) !== upload) return;
    if (!blob) {
      upload.looks += 1;
      return this.#delegate.missing(upload);
    }
    this.#delegate.found(Object.assign(upload, { kept: true, blob }));
  }

  /** They are over. Resolves when no later page will find them. @param {string[]} uploadIds @returns {Promise<void>} */
  async forget(uploadIds) {
    for (const uploadId of uploadIds) {
      this.#all.delete(uploadId);
      this.#over.add(uploadId);
      this.#urls.retire(uploadId);
    }
    if (uploadIds.length > 0) await this.#bytes.forget(uploadIds);
  }

  /** Where this browser itself has a file, to show it; empty where it has it not. @param {string} uploadId */
  localUrl(uploadId) {
    return this.#urls.of(uploadId, this.#all.get(uploadId)?.blob ?? null);
  }

  /** Whether the server has these files as they are to be sent. @param {LocalFile[]} files */
  ready(files) {
    return this.#uploads(files).every(isWhole);
  }

  /** How far these files are, in bytes; null when all are there. @param {LocalFile[]} files */
  progress(files) {
    return progressOf(this.#uploads(files));
  }

  /** What keeps one of these files from ever getting there by itself. @param {LocalFile[]} files */
  trouble(files) {
    // Another tab gave it up while this one was sending it.
    if (files.some(({ uploadId }) => this.#over.has(uploadId))) return { code: "file_lost", final: false };
    return troubleOf(this.#uploads(files));
  }

  /** Whether anything is to be uploaded. */
  get open() {
    return this.list().some(isOpen);
  }

  /** Whether any bytes would go with this page that the server does not have. */
  get unkept() {
    return this.list().some((upload) => upload.kept === false && !isWhole(upload));
  }

  /** @param {LocalFile[]} files */
  #uploads(files) {
    return files.map(({ uploadId }) => this.#all.get(uploadId));
  }
}
