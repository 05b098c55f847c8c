import { make } from "../dom/elements.js";

/** @typedef {import("./online.js").Online} Online */

/** A dot, full or hollow, and a word for it. @param {number} person @param {Online} online */
export function presenceMark(person, online) {
  const mark = make("span", "presence", [make("span", "presence-word")]);
  mark.dataset.person = String(person);
  show(mark, online);
  return mark;
}

/** Brings all marks on the page up to date. @param {Online} online */
export function refreshPresence(online) {
  for (const mark of document.querySelectorAll("[data-person]")) if (mark instanceof HTMLElement) show(mark, online);
}

/** @param {HTMLElement} mark @param {Online} online */
function show(mark, online) {
  const there = online.has(Number(mark.dataset.person));
  mark.dataset.state = there ? "online" : "offline";
  if (mark.firstElementChild) mark.firstElementChild.textContent = there ? "online" : "offline";
}
