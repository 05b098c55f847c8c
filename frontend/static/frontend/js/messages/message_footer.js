import { make } from "../dom/elements.js";
import { notDone } from "../connection/explanations.js";
import { isPending } from "../outbox/items/item.js";

/** @typedef {import("../outbox/items/item.js").Item} Item */

/** What is on its way to the server, and what did not get there: why, and what can be done about it. @param {Item[]} items */
export function messageFooter(items) {
  const onItsWay = items.find((item) => isPending(item) && item.operation.kind !== "react");
  const said = onItsWay?.operation.kind === "send" ? "Sending…" : "Saving…";
  return [
    ...(onItsWay ? [make("span", "sending", said)] : []),
    ...items.filter((item) => !isPending(item)).map(problem),
  ];
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
