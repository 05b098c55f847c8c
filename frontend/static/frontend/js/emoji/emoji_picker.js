import { make } from "../dom/elements.js";
import { plainEmoji } from "./plain_emoji.js";

const MARGIN = 8;

/**
 * Lets the person choose one emoji, in a dialog beside `anchor`. The focus goes back to where it was.
 *
 * @param {Element} anchor
 * @returns {Promise<string | null>} null if they chose none
 */
export async function pickEmoji(anchor) {
  const dialog = make("dialog", "emoji-dialog", [make("p", "", "Loading…")]);
  dialog.setAttribute("aria-label", "Choose an emoji");
  document.body.append(dialog);
  dialog.showModal();
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  const placed = new ResizeObserver(() => place(dialog, anchor.getBoundingClientRect()));
  placed.observe(dialog);
  /** @type {string | null} */
  let chosen = null;
  fill(dialog, (emoji) => {
    chosen = plainEmoji(emoji);
    dialog.close();
  });
  await new Promise((resolve) => dialog.addEventListener("close", resolve));
  placed.disconnect();
  dialog.remove();
  return chosen;
}

/** @param {HTMLDialogElement} dialog @param {(emoji: string) => void} choose */
async function fill(dialog, choose) {
  try {
    const { showPicker } = await import("./emoji_library.js");
    showPicker(dialog, choose);
  } catch {
    dialog.replaceChildren(make("p", "", "The emoji could not be loaded. Check the connection and try again."));
  }
}

/** Above the anchor if there is room, else below it, and never off the page. @param {HTMLElement} dialog @param {DOMRect} anchor */
function place(dialog, anchor) {
  const { offsetWidth: width, offsetHeight: height } = dialog;
  const above = anchor.top - height - MARGIN;
  const left = Math.min(anchor.left, innerWidth - width - MARGIN);
  const top = Math.min(above >= MARGIN ? above : anchor.bottom + MARGIN, innerHeight - height - MARGIN);
  dialog.style.left = `${Math.max(MARGIN, left)}px`;
  dialog.style.top = `${Math.max(MARGIN, top)}px`;
}
