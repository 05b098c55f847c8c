import { Dialog } from "../dialogs/dialog.js";
import { find, make, makeButton } from "../dom/elements.js";

/**
 * Asks before it logs out where something is left unsaid. Drafts are thrown away; what is in the outbox stays its writer's.
 *
 * @param {{unsent: () => number, drafts: import("../composer/drafts.js").Drafts, uploads: import("../uploads/uploads.js").Uploads}} left
 */
export function askBeforeLogOut({ unsent, drafts, uploads }) {
  const form = find("#log-out", HTMLFormElement);

  async function logOut() {
    const gone = uploads.drop(drafts.allFiles.map(({ uploadId }) => uploadId));
    drafts.clear();
    await gone;
    form.submit();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const losses = [...said(unsent()), ...begun(drafts.count, drafts.allFiles.length)];
    if (losses.length === 0) return logOut();
    const stay = makeButton("plain-button", "Stay", () => dialog.close());
    stay.autofocus = true;
    const leave = makeButton("button danger", "Log out", logOut);
    const dialog = new Dialog("Log out?", ...losses, make("p", "dialog-actions", [leave, stay])).open();
  });
}

/** @param {number} count */
function said(count) {
  if (count === 0) return [];
  const what =
    count === 1
      ? "1 message or change is not sent yet. It stays"
      : `${count} messages or changes are not sent yet. They stay`;
  return [make("p", "", `${what} in this browser, and can be sent when you log in here again.`)];
}

/** @param {number} count of rooms @param {number} files */
function begun(count, files) {
  if (count === 0) return [];
  const where = count === 1 ? "What you began to write in a room" : `What you began to write in ${count} rooms`;
  const beside = files === 0 ? "" : files === 1 ? ", with 1 file," : `, with ${files} files,`;
  return [make("p", "", `${where}${beside} will be thrown away.`)];
}
