import { find } from "./elements.js";

/** The invitation page's Copy button. It is hidden in the page: without this module it could do nothing. */
const button = find("#copy-link", HTMLButtonElement);
const link = find(".invite-link", HTMLElement);
const news = find("#copy-news", HTMLElement);

button.hidden = false;
button.addEventListener("click", async () => {
  news.textContent = (await copied(link.textContent ?? ""))
    ? "Copied."
    : "Selected: press Ctrl+C (⌘C on a Mac) to copy it.";
});

/** @param {string} text */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Plain http has no clipboard, and a browser may refuse.
    getSelection()?.selectAllChildren(link);
    return false;
  }
}
