/**
 * What lies in the outbox, and what the outbox asks of the world.
 *
 * `queued` waits for its turn, `inflight` waits for its answer, `failed` spent its budget and waits for a person,
 * `rejected` will never be taken. What the server has leaves the outbox.
 *
 * @typedef {"queued" | "inflight" | "failed" | "rejected"} State
 * @typedef {import("./operation.js").Operation} Operation
 *
 * @typedef {object} Item
 * @property {string} clientId kept through every retry: it is what lets the server know a repeat
 * @property {number} n place in the queue
 * @property {string} at when it was done, for showing only
 * @property {Operation} operation
 * @property {State} state
 * @property {string | null} error the code of what went wrong, while `failed` or `rejected`
 * @property {number} tries how much of the budget is spent
 * @property {number} sentAt on the outbox's alive clock
 * @property {boolean} refused nacked on this connection, so that the server holds the lane for it
 * @property {number} strays `order` nacks of its lane while it was the first there, and not refused itself
 *
 * @typedef {Pick<Item, "clientId" | "at" | "operation">} Draft
 * @typedef {{clientId: string, id: number, room: number, seq: number, at: string}} Receipt proof that the server has it
 * @typedef {{do: "sent", receipt: Receipt} | {do: "discard", clientId: string}} Outcome
 *
 * @typedef {{do: "save", item: Item}} Save
 * @typedef {{do: "forget", item: Item}} Forget
 * @typedef {{do: "show", item: Item, restored?: boolean}} Show `restored`: it is as an earlier page left it
 * @typedef {{do: "sent", item: Item, receipt: Receipt}} Sent
 * @typedef {{do: "removed", item: Item}} Removed
 * @typedef {{do: "send", item: Item}} Send
 * @typedef {{do: "reconnect"}} Reconnect
 * @typedef {Save | Forget | Show | Sent | Removed | Send | Reconnect} Effect to be carried out in the order given
 */

/** @param {Draft} draft @param {number} [n] set when it joins the queue @returns {Item} */
export function newItem({ clientId, at, operation }, n = 0) {
  return { clientId, n, at, state: "queued", error: null, tries: 0, sentAt: 0, refused: false, strays: 0, operation };
}

/** @param {Item} item @returns {Effect} */
export const save = (item) => ({ do: "save", item });

/** @param {Item} item @returns {Effect} */
export const show = (item) => ({ do: "show", item });

/** @param {Item} item @returns {Effect} */
export const forget = (item) => ({ do: "forget", item });

/** True while the item still wants to be sent. @param {Item} item */
export function isPending(item) {
  return item.state === "queued" || item.state === "inflight";
}

/** How many there are by state. @param {Item[]} items */
export function countsOf(items) {
  const counts = { queued: 0, inflight: 0, failed: 0, rejected: 0 };
  for (const { state } of items) counts[state] += 1;
  return counts;
}
