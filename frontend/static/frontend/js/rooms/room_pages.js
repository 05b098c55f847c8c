import { find, setText } from "../dom/elements.js";
import { showPageTitle } from "./page_title.js";

/** Which room the address names: moves between rooms without loading the page, and follows the browser's back and forward. */
export class RoomPages {
  #title = find("#room-name", HTMLElement);
  #messages = find("#messages", HTMLElement);
  /** @type {number | null} */
  #room;
  /** A room to go to once it is in the list. @type {number | null} */
  #awaited = null;

  /** @param {number | null} room @param {import("./rooms.js").Rooms} rooms @param {(room: number) => void} open */
  constructor(room, rooms, open) {
    this.#room = room;
    this.rooms = rooms;
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

  /** Opens a room; one that was just made or joined as soon as the server has said so. @param {number} room */
  go(room) {
    this.#awaited = this.rooms.get(room) ? null : room;
    if (this.#awaited !== null) return;
    if (room !== this.#room) history.pushState({ room }, "", this.rooms.urlOf(room));
    this.#show(room);
  }

  /** Without a room in the address, a screen with space for both shows the first one beside the list. */
  roomsChanged() {
    if (this.#room !== null && !this.rooms.get(this.#room)) this.#leave();
    if (this.#awaited !== null && this.rooms.get(this.#awaited)) this.go(this.#awaited);
    if (this.#room === null && this.rooms.first !== null && !matchMedia("(max-width: 720px)").matches)
      this.#show(this.rooms.first);
    document.body.classList.toggle("no-rooms", this.rooms.first === null);
    this.showTitle();
  }

  showTitle() {
    const room = this.#room === null ? null : this.rooms.get(this.#room);
    setText(this.#title, room?.name ?? "Rooms");
    this.#messages.setAttribute("aria-label", room ? `Messages in ${room.name}` : "Messages");
    document.body.dataset.kind = room?.kind ?? "";
    showPageTitle(room?.name ?? null, this.rooms.unread);
  }

  /** The room in the address is no longer one of the user's. */
  #leave() {
    history.replaceState({ room: null }, "", "/");
    this.#show(null);
  }

  /** @param {number | null} room */
  #show(room) {
    this.#room = room;
    document.body.dataset.view = room === null ? "rooms" : "room";
    if (room !== null) {
      this.rooms.select(room);
      this.open(room);
    }
    this.showTitle();
  }
}
