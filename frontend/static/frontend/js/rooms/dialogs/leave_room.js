import { ask } from "../../connection/api.js";
import { Dialog } from "../../dialogs/dialog.js";
import { make, makeButton } from "../../dom/elements.js";

const AFTERWARDS = {
  open: "You get no more messages from it. You can join it again whenever you like.",
  closed: "You get no more messages from it, and only a member can add you again.",
  last: "You are its last member. When you leave, nobody can come back, and nobody can read any more what was said in it.",
};

/** Asks before it leaves the open room. @param {import("../../app/app_interface.js").AppInterface} app */
export function openLeaveRoom({ rooms, pages, conversations, outbox, surroundings: { drafts } }) {
  const room = rooms.get(conversations.current);
  if (!room) return;
  const stay = makeButton("plain-button", "Stay", () => dialog.close());
  stay.autofocus = true;
  const leave = makeButton("button danger", "Leave", () =>
    dialog.attempt(
      () => ask("POST", `/api/rooms/${room.id}/leave/`),
      () => {
        dialog.close();
        void outbox.uploads.drop(drafts.files(room.id).map(({ uploadId }) => uploadId));
        drafts.setFiles(room.id, []);
        pages.leave(room.id);
      },
    ),
  );
  const question = make("p", "", room.kind === "closed" ? "" : AFTERWARDS.open);
  const unsent = filesLost(drafts.files(room.id).length);
  const dialog = new Dialog(
    `Leave ${room.name}?`,
    question,
    ...unsent,
    make("p", "dialog-actions", [leave, stay]),
  ).open();
  if (room.kind !== "closed") return;
  // What cannot be undone is said before it can be done.
  leave.disabled = true;
  void dialog.load(
    () => ask("GET", `/api/rooms/${room.id}/members/`),
    ({ members }) => {
      question.textContent = members.length === 1 ? AFTERWARDS.last : AFTERWARDS.closed;
      leave.disabled = false;
    },
  );
}

/** @param {number} count of files that were chosen there and not sent */
function filesLost(count) {
  if (count === 0) return [];
  const which =
    count === 1 ? "The file that you have not sent there" : `The ${count} files that you have not sent there`;
  return [make("p", "", `${which} will be thrown away.`)];
}
