import { Dialog } from "../dialogs/dialog.js";
import { make } from "../dom/elements.js";
import { SHORTCUTS } from "./shortcuts.js";

const MAC = /Mac|iP(hone|ad)/.test(navigator.platform);

/** Explains the keys. */
export function openShortcuts() {
  const rows = SHORTCUTS.map(({ keys, does }) =>
    make("div", "", [make("dt", "", keycaps(keys)), make("dd", "", does)]),
  );
  new Dialog("Keyboard", make("dl", "shortcuts", rows)).open();
}

/** @param {string} keys */
function keycaps(keys) {
  return keys.split(" ").map((key) => make("kbd", "", MAC && key === "Ctrl" ? "⌘" : key));
}
