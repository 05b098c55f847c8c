import { presenceMark } from "./presence_mark.js";

/** A person to choose. @param {import("../connection/protocol.js").Person} person @param {import("./online.js").Online} online @param {() => void} choose */
export function personOption({ id, name }, online, choose) {
  return { name, detail: "", sign: presenceMark(id, online), choose };
}
