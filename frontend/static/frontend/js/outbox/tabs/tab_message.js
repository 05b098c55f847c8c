import { readEntry } from "../items/entry.js";
import { isUploadMessage } from "../../uploads/upload_message.js";

/**
 * What tabs of one person tell each other: what they tell their own outbox, which takes it as often as it comes.
 *
 * @typedef {import("../items/entry.js").Entry} Entry
 * @typedef {{do: "items", items: Entry[]}} Items what is in a tab's outbox
 * @typedef {{do: "ask", items: Entry[]}} Ask does anybody lead? This is what I have
 * @typedef {{do: "retry", clientId: string}} Retry
 * @typedef {Items | Ask | Retry | import("../items/item.js").Outcome | import("../../uploads/upload_message.js").UploadMessage} Message
 */

/**
 * What another tab said, whose page may be older or newer than this one. Null if it is nothing that this page knows.
 *
 * @param {any} message
 * @returns {Message | null}
 */
export function readMessage(message) {
  if (message.do === "sent" || message.do === "discard" || message.do === "retry" || isUploadMessage(message))
    return message;
  if (message.do !== "items" && message.do !== "ask") return null;
  return { do: message.do, items: message.items.flatMap((/** @type {unknown} */ item) => readEntry(item) ?? []) };
}
