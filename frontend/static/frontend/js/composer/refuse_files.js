const TEXT = "Files cannot be sent yet. Text can be pasted and dropped here.";

/**
 * Files that are dropped or pasted do not vanish without a word, and none takes the place of the page.
 *
 * @param {HTMLTextAreaElement} field @param {(text: string) => void} say
 */
export function refuseFiles(field, say) {
  document.addEventListener("dragover", (event) => carriesFiles(event.dataTransfer) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event.dataTransfer)) return;
    event.preventDefault();
    say(TEXT);
  });
  field.addEventListener("paste", ({ clipboardData }) => {
    // Spreadsheets and word processors send a picture of the text along with it.
    if (carriesFiles(clipboardData) && !clipboardData?.types.includes("text/plain")) say(TEXT);
  });
}

/** @param {DataTransfer | null} data */
const carriesFiles = (data) => data?.types.includes("Files") === true;
