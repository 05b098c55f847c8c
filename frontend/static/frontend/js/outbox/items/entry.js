import { newItem } from "./item.js";
import { filesOf, isOperation } from "./operation.js";

/** @typedef {import("./item.js").Item} Item */

/**
 * An item as it is kept in the browser and told to other tabs. `v` is the form of it: whenever that changes it is counted up,
 * and `readEntry` goes on reading every form there ever was, since a message may wait in a browser for months.
 *
 * 1: `{clientId, n, room, body, replyTo, at, state, error}`, for sends alone; its form was not named
 * 2: `{clientId, n, at, state, error, operation}`; nor was this one's
 * 3: like 2, with `v`; what has no files is still written so, and read by tabs that are older
 * 4: like 3, of sends with `files`: an older page would send it without them
 *
 * @typedef {Pick<Item, "clientId" | "n" | "at" | "state" | "error" | "operation"> & {v: number}} Entry
 */

const FORM = 4;

/** @param {Item["operation"]} operation */
const formOf = (operation) => (filesOf(operation).length > 0 ? FORM : 3);

/** @param {Item} item @returns {Entry} */
export function entryFromItem({ clientId, n, at, state, error, operation }) {
  return { v: formOf(operation), clientId, n, at, state, error, operation };
}

/** @param {Entry} entry @returns {Item} */
export function itemFromEntry(entry) {
  const over = entry.state === "failed" || entry.state === "rejected";
  return { ...newItem(entry, entry.n), state: over ? entry.state : "queued", error: over ? entry.error : null };
}

/**
 * What any page has kept or told, in today's form. Null for what is damaged, which must not keep the others from being sent,
 * and for the forms of later pages: those stay where they are, for a page that knows them.
 *
 * @param {any} kept
 * @returns {Entry | null}
 */
export function readEntry(kept) {
  const { v = kept?.operation ? 2 : 1, clientId, n, at, state, error } = kept ?? {};
  const operation = v === 1 ? sendOf(kept) : kept?.operation;
  const readable = v <= FORM && typeof clientId === "string" && Number.isInteger(n) && isOperation(operation);
  return readable ? { v: formOf(operation), clientId, n, at, state, error, operation } : null;
}

/** @param {any} kept @returns {unknown} */
function sendOf(kept) {
  return { kind: "send", room: kept?.room, body: kept?.body, replyTo: kept?.replyTo ?? null };
}
