import { ask } from "../../connection/api.js";
import { Dialog } from "../../dialogs/dialog.js";
import { commandButton, make } from "../../dom/elements.js";
import { presenceMark } from "../../people/presence_mark.js";

/** @typedef {import("../../connection/protocol.js").Person} Person @typedef {import("../../app/app_interface.js").AppInterface} AppInterface */

/** About the open room: who is in it, and what one can do with it. @param {AppInterface} app */
export function openRoomMenu(app) {
  const room = app.rooms.get(app.conversations.current);
  if (!room) return;
  const heading = make("h3", "", "Members");
  const members = make("ul", "members");
  members.setAttribute("aria-label", "Members");
  const dialog = new Dialog(room.name, heading, members, actions(room.kind === "direct")).open();
  void dialog.load(
    () => ask("GET", `/api/rooms/${room.id}/members/`),
    ({ members: people }) => {
      heading.textContent = people.length === 1 ? "1 member" : `${people.length} members`;
      members.replaceChildren(...people.map((/** @type {Person} */ person) => member(person, app)));
    },
  );
}

/** @param {Person} person @param {AppInterface} app */
function member({ id, name }, { me, surroundings: { online } }) {
  return make("li", "member", [
    make("span", "member-name", id === me.id ? `${name} (you)` : name),
    presenceMark(id, online),
  ]);
}

/** @param {boolean} direct such a room stays as it is */
function actions(direct) {
  const files = commandButton("plain-button", "Files", "files");
  const changes = [
    commandButton("button", "Add people", "add"),
    commandButton("plain-button", "Rename", "rename"),
    commandButton("plain-button danger", "Leave", "leave"),
  ];
  return make("p", "dialog-actions", direct ? [files] : [...changes.slice(0, 1), files, ...changes.slice(1)]);
}
