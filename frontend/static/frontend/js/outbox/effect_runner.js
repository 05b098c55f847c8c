import { notSent } from "../connection/explanations.js";
import { isPending } from "./items/item.js";
import { filesOf, uploadIdsOf } from "./items/operation.js";

/** @typedef {import("./items/item.js").Item} Item @typedef {import("./items/item.js").Effect} Effect @typedef {import("./items/item.js").Receipt} Receipt */

/**
 * @typedef {object} Page what the outbox's effects act on
 * @property {(item: Item) => void} send
 * @property {() => void} reconnect
 * @property {(item: Item) => void} show
 * @property {(item: Item, receipt: Receipt) => void} sent
 * @property {(item: Item) => void} removed
 * @property {(item: Item) => void} failed just now
 * @property {(upload: import("../uploads/upload.js").Upload) => void} uploaded a file has come on, or to an end
 * @property {() => void} asked by another tab, which has a connection or has just come
 * @property {(name: "queued" | "sent" | "failed", item: Item, detail: object) => void} tell
 *
 * @typedef {Pick<import("./storage/storage.js").OutboxStorage, "save" | "forget" | "kind">} Storage
 */

/** Carries out what the outbox wants done. */
export class EffectRunner {
  /** @param {Storage} storage @param {Page} page @param {import("../uploads/uploads.js").Uploads} uploads */
  constructor(storage, page, uploads) {
    this.storage = storage;
    this.page = page;
    this.uploads = uploads;
  }

  /** @param {Effect} effect */
  perform(effect) {
    switch (effect.do) {
      case "save":
        return this.storage.save(effect.item);
      case "forget":
        return this.storage.forget(effect.item.clientId);
      case "show":
        for (const file of filesOf(effect.item.operation)) this.uploads.expect(effect.item.operation.room, file);
        this.page.show(effect.item);
        if (!effect.restored && !isPending(effect.item)) this.page.failed(effect.item);
        return this.#tellShown(effect.item);
      case "sent":
        void this.uploads.forget(uploadIdsOf(effect.item.operation));
        this.page.sent(effect.item, effect.receipt);
        return this.#tell("sent", effect.item, { serverId: effect.receipt.id });
      case "removed":
        void this.uploads.drop(uploadIdsOf(effect.item.operation));
        return this.page.removed(effect.item);
      case "send":
        return this.page.send(effect.item);
      case "reconnect":
        return this.page.reconnect();
    }
  }

  /** @param {Item} item */
  #tellShown(item) {
    if (isPending(item)) this.#tell("queued", item, {});
    else this.#tell("failed", item, { error: notSent(item.error) });
  }

  /** @param {"queued" | "sent" | "failed"} name @param {Item} item @param {object} more */
  #tell(name, item, more) {
    this.page.tell(name, item, { clientId: item.clientId, roomId: item.operation.room, ...more });
  }
}
