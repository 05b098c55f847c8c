import { notDone } from "../connection/explanations.js";
import { find } from "../dom/elements.js";
import { change } from "../connection/protocol.js";
import { uploadIdsOf } from "../outbox/items/operation.js";

/** @typedef {import("../outbox/items/item.js").Item} Item @typedef {import("../outbox/items/item.js").Receipt} Receipt */

/** What the outbox does to the page and to the connection. */
export class OutboxHandler {
  /** @param {import("./app_interface.js").AppInterface} app */
  constructor(app) {
    this.app = app;
  }

  /** @param {Item} item */
  send(item) {
    this.app.connection.send(change(item));
  }

  reconnect() {
    this.app.connection.reconnect();
  }

  /** @param {Item} item */
  show(item) {
    this.app.conversations.showItem(item);
    this.#mark(item);
  }

  /** @param {Item} item @param {Receipt} receipt */
  sent(item, receipt) {
    this.app.conversations.settle(item, receipt);
    this.#mark(item);
  }

  /** @param {Item} item */
  removed(item) {
    this.app.conversations.drop(item);
    this.#mark(item);
  }

  /** @param {Item} item */
  failed(item) {
    this.app.announcer.alert(notDone(item.operation.kind, item.error));
  }

  /** A file has come on, or to an end. @param {import("../uploads/upload.js").Upload} upload */
  uploaded(upload) {
    this.app.tray.update(upload);
    const { uploadId } = upload.file;
    for (const item of this.app.outbox.outbox.items(upload.room))
      if (uploadIdsOf(item.operation).includes(uploadId)) this.app.conversations.showItem(item);
  }

  /** Whether a file is in a draft. @param {string} uploadId */
  isDraft(uploadId) {
    return this.app.surroundings.drafts.allFiles.some((file) => file.uploadId === uploadId);
  }

  /** Where another tab is at work its person has logged in again. */
  asked() {
    if (this.app.status.state === "signed-out") this.app.connection.start();
  }

  /** Says what became of an item: beside the connection's state and, for messages, to whoever listens on the document. @param {"queued" | "sent" | "failed"} name @param {Item} item @param {object} detail */
  tell(name, item, detail) {
    this.showWaiting();
    if (item.operation.kind === "send") document.dispatchEvent(new CustomEvent(`chat:message:${name}`, { detail }));
  }

  /** Nothing can keep what is not sent when this page goes away. */
  storageFailed() {
    find("#storage-notice", HTMLElement).hidden = false;
  }

  showWaiting() {
    const { queued, inflight } = this.app.outbox.status();
    this.app.status.showWaiting(queued + inflight);
  }

  /** Its room need not be on the page. @param {Item} item */
  #mark({ operation }) {
    this.app.rooms.mark(operation.room);
    this.app.leftBehind.update();
  }
}
