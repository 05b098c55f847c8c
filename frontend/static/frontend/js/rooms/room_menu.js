import { ask } from "../connection/api.js";
import { Dialog } from "../page/dialog.js";
import { make, makeButton } from "../page/elements.js";
import { presenceMark } from "../people/presence_mark.js";

/** @typedef {import("../connection/protocol.js").Person} Person @typedef {import("../page/parts.js").Parts} Parts */

/** About the open room: who is in it, and what one can do with it. @param {Parts} parts */
export function openRoomMenu(parts) {
  const room = parts.rooms.get(parts.conversations.current);
  if (!room) return;
  const heading = make("h3", "", "Members");
  const members = make("ul", "members");
  members.setAttribute("aria-label", "Members");
  const dialog = new Dialog(room.name, heading, members, ...(room.kind === "direct" ? [] : [actions(parts, room.id)])).open();
  void dialog.load(
    () => ask("GET", `/api/rooms/${room.id}/members/`),
    ({ members: people }) => {
      heading.textContent = people.length === 1 ? "1 member" : `${people.length} members`;
      members.replaceChildren(...people.map((/** @type {Person} */ person) => member(person, parts)));
    },
  );
}

/** @param {Person} person @param {Parts} parts */
function member({ id, name }, { me, shell: { online } }) {
  return make("li", "member", [make("span", "member-name", id === me.id ? `${name} (you)` : name), presenceMark(id, online)]);
}

/** @param {Parts} parts @param {number} room */
function actions(parts, room) {
  return make("p", "dialog-actions", [
    makeButton("button", "Add people", async () => (await import("./add_people.js")).openAddPeople(parts)),
    makeButton("plain-button", "Rename", async () => (await import("./rename_room.js")).openRenameRoom(parts, room)),
    makeButton("plain-button danger", "Leave", async () => (await import("./leave_room.js")).openLeaveRoom(parts, room)),
  ]);
}
