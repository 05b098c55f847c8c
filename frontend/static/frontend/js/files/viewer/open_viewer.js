import { Dialog } from "../../dialogs/dialog.js";
import { kindOf } from "../file.js";
import { Gallery } from "./gallery.js";
import { roomFiles } from "./room_files.js";
import { Viewer } from "./viewer.js";

/** @typedef {import("../../app/app_interface.js").AppInterface} AppInterface @typedef {import("./gallery.js").RoomFile} RoomFile */
/** @typedef {import("../../messages/message_state.js").State} State */

/** Shows a picture of a message, and beside it those around it in the room. @param {AppInterface} app @param {number} room @param {State} message @param {string} id the picture's */
export function openViewer(app, room, { id: message, seq, at, sender, files }, id) {
  const carried = { message: message ?? 0, seq: seq ?? 0, at, sender };
  const pictures = files.filter((file) => kindOf(file) === "picture").map((file) => ({ ...file, ...carried }));
  // Of one that the server does not have it knows no neighbours.
  showPictures(app, room, pictures, id, message !== null);
}

/** Shows one of these pictures of a room. @param {AppInterface} app @param {number} room @param {RoomFile[]} pictures that follow one another @param {string} id @param {boolean} [known] whether the server has them */
export function showPictures(app, room, pictures, id, known = true) {
  const next = known
    ? (/** @type {import("./gallery.js").Place} */ place) => roomFiles(room, { kind: "pictures", ...place })
    : null;
  const lead = (/** @type {RoomFile} */ { seq }) => {
    Dialog.closeAll();
    app.conversations.showAround(room, seq);
  };
  new Viewer(new Gallery(pictures, id, next), lead).open();
}
