import { isUploadMessage } from "../uploads/upload_message.js";

/**
 * Has an outbox do what its tab, or another one, was told.
 *
 * @param {import("./tabs/tab_message.js").Message} message
 * @param {import("./outbox.js").Outbox} outbox
 * @param {import("../uploads/uploads.js").Uploads} uploads
 * @param {number} now
 * @returns {import("./items/item.js").Effect[]}
 */
export function obey(message, outbox, uploads, now) {
  if (isUploadMessage(message)) {
    uploads.told(message);
    return [];
  }
  if (message.do === "sent") return outbox.confirm(message.receipt, now);
  if (message.do === "discard") return outbox.discard(message.clientId, now);
  if (message.do !== "retry") return outbox.adopt(message.items, now);
  uploads.again(outbox.uploadIds(message.clientId));
  return outbox.retry(message.clientId, now);
}
