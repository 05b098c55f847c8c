import { ask } from "../../connection/api.js";
import { Chooser } from "../../dialogs/chooser.js";
import { Dialog } from "../../dialogs/dialog.js";
import { commandButton } from "../../dom/elements.js";
import { roomSign } from "../room_sign.js";

/** Open rooms one is not in; choosing one joins it. @param {import("../../app/app_interface.js").AppInterface} app */
export function openBrowseRooms({ pages }) {
  const chooser = new Chooser("Find a room to join", "There is no open room that you are not in. You can create one.");
  const dialog = new Dialog(
    "Join a room",
    chooser.element,
    commandButton("quiet-button", "Create a room instead", "create"),
  ).open();

  /** @param {number} id */
  function join(id) {
    void dialog.attempt(
      () => ask("POST", `/api/rooms/${id}/join/`),
      () => pages.go(id, dialog),
    );
  }

  void chooser.expect(
    dialog.load(
      () => ask("GET", "/api/rooms/"),
      ({ rooms }) => chooser.show(rooms.map((/** @type {OpenRoom} */ room) => option(room, join))),
    ),
  );
}

/** @typedef {{id: number, name: string, members: number}} OpenRoom */

/** @param {OpenRoom} room @param {(id: number) => void} join */
function option({ id, name, members }, join) {
  const detail = members === 1 ? "1 member · Join" : `${members} members · Join`;
  return { name, detail, sign: roomSign("open"), choose: () => join(id) };
}
