import { make } from "../dom/elements.js";

const TONES = 8;

/** @param {string} name */
export function initials(name) {
  const words = name
    .trim()
    .split(/[\s._-]+/u)
    .filter(Boolean);
  const letters =
    words.length > 1
      ? [words[0], words[words.length - 1]].map((word) => [...(word ?? "")][0])
      : [...(words[0] ?? "?")].slice(0, 2);
  return letters.join("").toLocaleUpperCase();
}

/** A person's stamp: initials on one of a few colours, the same for the same person everywhere. @param {import("../connection/protocol.js").Person} person */
export function avatar({ id, name }) {
  const element = make("span", `avatar tone-${id % TONES}`, initials(name));
  element.setAttribute("aria-hidden", "true");
  return element;
}
