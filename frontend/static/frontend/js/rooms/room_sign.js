import { make } from "../dom/elements.js";

/** What stands before a room's name: `#`, or a padlock where only members can see it. @param {string} kind */
export function roomSign(kind) {
  const sign = make("span", "room-sign");
  sign.dataset.kind = kind;
  return sign;
}
