import { make, setText, showIf } from "../dom/elements.js";
import { presenceMark } from "../people/presence_mark.js";
import { roomSign } from "./room_sign.js";
import { shortCount } from "../dom/short_count.js";

/** @typedef {import("../connection/protocol.js").Room} Room */

/** A room in the list: its kind or its person's presence, its name, whether something there was not sent or a draft waits, and how much is unread. */
export class RoomRow {
  #label = make("span", "room-label");
  #failed = make("span", "failed-mark", "Not sent");
  #draft = make("span", "draft-mark", "Draft");
  #badge = make("span", "unread");
  #word = make("span", "visually-hidden", "unread");
  #link = make("a", "room-link", [this.#label, this.#failed, this.#draft, this.#badge, this.#word]);
  item = make("li", "", [this.#link]);

  /** @param {Room} room @param {string} url @param {import("../people/online.js").Online} online */
  constructor(room, url, online) {
    this.room = room;
    this.#link.href = url;
    this.#link.dataset.roomId = String(room.id);
    this.#link.dataset.kind = room.kind;
    this.#link.prepend(room.with ? presenceMark(room.with.id, online) : roomSign(room.kind));
  }

  /** Shows the room as it is now. */
  draw() {
    const { name, unread } = this.room;
    setText(this.#label, name);
    setText(this.#badge, shortCount(unread));
    for (const each of [this.#badge, this.#word]) showIf(each, unread > 0);
    this.#link.classList.toggle("has-unread", unread > 0);
  }

  /** Shows what of its reader's waits there. @param {boolean} draft @param {boolean} failed */
  mark(draft, failed) {
    showIf(this.#draft, draft);
    showIf(this.#failed, failed);
  }

  /** @param {boolean} current */
  showCurrent(current) {
    if (current) this.#link.setAttribute("aria-current", "page");
    else this.#link.removeAttribute("aria-current");
  }
}
