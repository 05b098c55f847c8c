import { make } from "../dom/elements.js";
import { notDone } from "../connection/explanations.js";
import { isPending } from "../outbox/items/item.js";
import { filesOf } from "../outbox/items/operation.js";

/** @typedef {import("../outbox/items/item.js").Item} Item */

/**
 * Shows what is on its way to the server, and what did not get there: why, and what can be done about it.
 *
 * @param {HTMLElement} footer @param {Item[]} items @param {import("./known_names.js").Reader["files"]} files
 */
export function fillFooter(footer, items, files) {
  const onItsWay = items.find((item) => isPending(item) && item.operation.kind !== "react");
  const problems = items.filter((item) => !isPending(item)).map(problem);
  // The keyboard may be at a button of what is there.
  if (onItsWay && problems.length === 0 && showProgress(footer, onItsWay, files)) return;
  footer.replaceChildren(...(onItsWay ? [underWay(onItsWay, files)] : []), ...problems);
}

/** @param {Item} item @param {import("./known_names.js").Reader["files"]} files */
function underWay({ clientId, operation }, files) {
  const far = files.progress(filesOf(operation));
  if (!far) return make("span", "sending", operation.kind === "send" ? "Sending…" : "Saving…");
  const [progress, cancel] = [make("progress", "upload-progress"), make("button", "discard-button", "Cancel")];
  progress.setAttribute("aria-label", "Upload");
  cancel.type = "button";
  const element = make("div", "uploading", [make("span", "sending"), progress, cancel]);
  element.dataset.clientId = clientId;
  draw(element, far);
  return element;
}

/** Shows in place how far an upload is. @param {Element} footer @param {Item} item @param {import("./known_names.js").Reader["files"]} files @returns {boolean} whether that is all there is to show */
function showProgress(footer, { operation }, files) {
  const element = footer.querySelector(".uploading");
  const far = element && files.progress(filesOf(operation));
  if (far) draw(element, far);
  return Boolean(far);
}

/** @param {Element} element @param {{sent: number, bytes: number}} far */
function draw(element, { sent, bytes }) {
  const [said, progress] = element.children;
  const most = Math.max(bytes, 1);
  if (said) said.textContent = `Sending… ${Math.floor((100 * sent) / most)} %`;
  if (progress) Object.assign(progress, { max: most, value: sent });
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
