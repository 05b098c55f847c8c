import { find, setText } from "../dom/elements.js";
import { showPageTitle } from "./page_title.js";

/** @typedef {import("../dialogs/dialog.js").Dialog} Dialog */

/** Which room the address names: moves between rooms without loading the page, and follows the browser's back and forward. */
export class RoomPages {
  #title = find("#room-name", HTMLElement);
  #messages = find("#messages", HTMLElement);
  /** @type {number | null} */
  #room;
  /** A room to go to once it is in the list. @type {{room: number, dialog: Dialog | undefined} | null} */
  #awaited = null;
  /** A room that its reader has left: the page goes on without being told. @type {number | null} */
  #left = null;
  /** What the rooms that were on the page are called. @type {Map<number, string>} */
  #names = new Map();

  /** @param {number | null} room @param {import("./rooms.js").Rooms} rooms @param {import("./lost_room.js").LostRoom} lost @param {(room: number) => void} open */
  constructor(room, rooms, lost, open) {
    this.#room = room;
    this.rooms = rooms;
    this.lost = lost;
    this.open = open;
  }

  start() {
    history.replaceState({ room: this.#room }, "");
    window.addEventListener("popstate", ({ state }) => this.#show(state?.room ?? null));
    find("#back-to-rooms", HTMLAnchorElement).addEventListener("click", (event) => {
      event.preventDefault();
      history.pushState({ room: null }, "", "/");
      this.#show(null);
    });
    this.#show(this.#room);
  }

  /**
   * Opens a room; one that was just made or joined as soon as the server has said so. Until then the dialog in which it was
   * chosen stays open, so that what is typed for it does not land in the room before; who closes it will not go there.
   *
   * @param {number} room @param {Dialog} [dialog]
   */
  go(room, dialog) {
    this.#awaited = this.rooms.get(room) ? null : { room, dialog };
    if (this.#awaited) return;
    dialog?.close();
    if (room !== this.#room) history.pushState({ room }, "", this.rooms.urlOf(room));
    this.#show(room);
  }

  /** The reader has left a room. What was begun there is not taken off the page. @param {number} room */
  leave(room) {
    if (!this.rooms.drafts.has(room)) this.#left = room;
    this.roomsChanged();
  }

  /**
   * Without a room in the address, a screen with space for both shows the first one beside the list. From one that the reader
   * lost, only the reader goes on: the keys that are being pressed are meant for nobody else.
   */
  roomsChanged() {
    if (this.#isLost && this.#room === this.#left) this.#goOn();
    this.#goToAwaited();
    if (this.#room === null && this.rooms.first !== null && !matchMedia("(max-width: 720px)").matches)
      this.#show(this.rooms.first);
    document.body.classList.toggle("no-rooms", this.rooms.first === null && !this.#isLost);
    this.#showLoss();
    this.showTitle();
  }

  showTitle() {
    const room = this.#room === null ? null : this.rooms.get(this.#room);
    if (room) this.#names.set(room.id, room.name);
    setText(this.#title, room?.name ?? (this.#isLost ? (this.#name ?? "No such room") : "Rooms"));
    this.#messages.setAttribute("aria-label", room ? `Messages in ${room.name}` : "Messages");
    document.body.dataset.kind = room?.kind ?? "";
    showPageTitle(room?.name ?? null, this.rooms.unread);
  }

  #goToAwaited() {
    const { room, dialog } = this.#awaited ?? {};
    if (dialog?.isOpen === false) this.#awaited = null;
    else if (room !== undefined && this.rooms.get(room)) this.go(room, dialog);
  }

  get #isLost() {
    return this.#room !== null && this.rooms.isLeft(this.#room);
  }

  get #name() {
    return this.#names.get(this.#room ?? 0);
  }

  #showLoss() {
    if (this.#isLost) this.lost.show(this.#name);
    else this.lost.hide();
  }

  #goOn() {
    history.replaceState({ room: null }, "", "/");
    this.#show(null);
  }

  /** @param {number | null} room */
  #show(room) {
    this.#room = room;
    document.body.dataset.view = room === null ? "rooms" : "room";
    this.lost.hide();
    if (room !== null) {
      this.rooms.select(room);
      this.open(room);
    }
    if (room !== this.#left) this.#left = null;
    this.#showLoss();
    this.showTitle();
  }
}
