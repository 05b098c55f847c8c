import { make } from "../dom/elements.js";
import { notDone } from "../connection/explanations.js";
import { isPending } from "../outbox/items/item.js";
import { filesOf } from "../outbox/items/operation.js";

/** @typedef {import("../outbox/items/item.js").Item} Item */

/**
 * What is on its way to the server, and what did not get there: why, and what can be done about it.
 *
 * @param {Item[]} items @param {import("./known_names.js").Reader["files"]} files
 */
export function messageFooter(items, files) {
  const onItsWay = items.find((item) => isPending(item) && item.operation.kind !== "react");
  return [...(onItsWay ? [underWay(onItsWay, files)] : []), ...items.filter((item) => !isPending(item)).map(problem)];
}

/** @param {Item} item @param {import("./known_names.js").Reader["files"]} files */
function underWay({ clientId, operation }, files) {
  const far = files.progress(filesOf(operation));
  if (!far) return make("span", "sending", operation.kind === "send" ? "Sending…" : "Saving…");
  const [progress, cancel] = [make("progress", "upload-progress"), make("button", "discard-button", "Cancel")];
  const bytes = Math.max(far.bytes, 1);
  Object.assign(progress, { max: bytes, value: far.sent });
  progress.setAttribute("aria-label", "Upload");
  cancel.type = "button";
  const percent = Math.floor((100 * far.sent) / bytes);
  const element = make("div", "uploading", [make("span", "sending", `Sending… ${percent} %`), progress, cancel]);
  element.dataset.clientId = clientId;
  return element;
}

/** @param {Item} item */
function problem(item) {
  const [retry, discard] = [make("button", "retry-button", "Retry"), make("button", "discard-button", "Discard")];
  retry.type = discard.type = "button";
  const message = make("span", "error-message", notDone(item.operation.kind, item.error));
  const element = make("div", "problem", [message, ...(item.state === "failed" ? [retry] : []), discard]);
  element.dataset.clientId = item.clientId;
  return element;
}
