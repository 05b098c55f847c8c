import { make } from "../../dom/elements.js";

/**
 * Files come by the button, pasted, or dropped anywhere; none takes the place of the page.
 *
 * @param {HTMLElement} button @param {HTMLTextAreaElement} field
 * @param {{add: (files: File[]) => void, refuse: (text: string) => void}} tray
 */
export function takeFiles(button, field, tray) {
  const input = make("input", "");
  Object.assign(input, { type: "file", multiple: true, hidden: true, id: "composer-choose" });
  button.after(input);
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    tray.add([...(input.files ?? [])]);
    // The same file can be chosen again.
    input.value = "";
    field.focus();
  });
  document.addEventListener("paste", (event) => {
    const files = writesElsewhere(event.target, field) ? [] : pasted(event.clipboardData);
    if (files.length === 0) return;
    event.preventDefault();
    tray.add(files);
  });
  takeDropped(tray);
}

/** @param {{add: (files: File[]) => void, refuse: (text: string) => void}} tray */
function takeDropped(tray) {
  const show = (/** @type {boolean} */ shown) => document.body.classList.toggle("dropping", shown);
  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event.dataTransfer)) return;
    event.preventDefault();
    show(true);
  });
  document.addEventListener("dragleave", ({ relatedTarget }) => relatedTarget === null && show(false));
  document.addEventListener("drop", (event) => {
    show(false);
    if (!carriesFiles(event.dataTransfer)) return;
    event.preventDefault();
    const items = [...(event.dataTransfer?.items ?? [])];
    if (items.some((item) => item.webkitGetAsEntry()?.isDirectory))
      return tray.refuse("A folder cannot be sent. Add the files that are in it.");
    tray.add([...(event.dataTransfer?.files ?? [])]);
  });
}

/** Spreadsheets and word processors send a picture of the text along with it: then the text is meant. @param {DataTransfer | null} data */
function pasted(data) {
  return data && !data.types.includes("text/plain") ? [...data.files] : [];
}

/** @param {EventTarget | null} target @param {HTMLElement} field */
function writesElsewhere(target, field) {
  return target !== field && target instanceof Element && target.closest("input, textarea, dialog") !== null;
}

/** @param {DataTransfer | null} data */
const carriesFiles = (data) => data?.types.includes("Files") === true;
