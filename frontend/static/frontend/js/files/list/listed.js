import { make, makeButton } from "../../dom/elements.js";
import { dayLabel, shortTime } from "../../messages/time_format.js";
import { FileRow } from "../file_row.js";
import { Picture } from "../picture.js";

/** @typedef {import("../viewer/gallery.js").RoomFile} RoomFile */

/** A picture of the grid. @param {RoomFile} file @param {() => void} look */
export function listedPicture(file, look) {
  const { element } = new Picture(file);
  element.addEventListener("click", look);
  return listed(file, [element]);
}

/** A row: the file, who sent it, and a way to where it was sent. @param {RoomFile} file @param {() => void} lead */
export function listedRow(file, lead) {
  const when = new Date(file.at);
  const from = makeButton("quiet-button", `${file.sender.name}, ${dayLabel(when)}, ${shortTime(when)}`, lead);
  from.title = "Show in room";
  return listed(file, [new FileRow(file).element, from]);
}

/** @param {RoomFile} file @param {Node[]} content */
function listed({ message }, content) {
  const item = make("li", "", content);
  item.dataset.message = String(message);
  return item;
}
