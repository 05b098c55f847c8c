import { Dialog } from "../dialogs/dialog.js";
import { find, make, makeButton } from "../dom/elements.js";

/**
 * Asks before it logs out where something is left unsaid. Drafts are thrown away; what is in the outbox stays its writer's.
 *
 * @param {{unsent: () => number, drafts: import("../composer/drafts.js").Drafts}} left
 */
export function askBeforeLogOut({ unsent, drafts }) {
  const form = find("#log-out", HTMLFormElement);

  function logOut() {
    drafts.clear();
    form.submit();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const losses = [...said(unsent()), ...begun(drafts.count)];
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

/** @param {number} count */
function begun(count) {
  if (count === 0) return [];
  const where = count === 1 ? "What you began to write in a room" : `What you began to write in ${count} rooms`;
  return [make("p", "", `${where} will be thrown away.`)];
}
