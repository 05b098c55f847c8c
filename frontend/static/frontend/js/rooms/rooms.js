import { make } from "../page/elements.js";

/** @typedef {import("../connection/protocol.js").Room} Room */

/** The list of rooms beside the conversation: which there are, which is open, and where something new waits. */
export class Rooms {
  /** @type {Map<number, {room: Room, link: HTMLAnchorElement, label: HTMLElement, badge: HTMLElement}>} */
  #rows = new Map();
  #list = make("ul", "room-list");
  #current = 0;

  /** @param {HTMLElement} nav @param {string} url of room 0 @param {(room: number) => void} chosen */
  constructor(nav, url, chosen) {
    this.url = url;
    nav.replaceChildren(this.#list);
    nav.addEventListener("click", (event) => {
      const link = event.target instanceof Element ? event.target.closest("a[data-room-id]") : null;
      if (!(link instanceof HTMLAnchorElement) || event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      chosen(Number(link.dataset.roomId));
    });
  }

  /** @param {Room[]} rooms */
  update(rooms) {
    const before = this.#rows;
    this.#rows = new Map(rooms.map((room) => [room.id, { ...(before.get(room.id) ?? this.#row(room.id)), room }]));
    const items = [...this.#rows.values()].map(({ link }) => link.parentElement ?? make("li", "", [link]));
    this.#list.replaceChildren(...items);
    for (const { id, name, unread } of rooms) {
      this.rename(id, name);
      this.setUnread(id, unread);
    }
    this.select(this.#current);
  }

  get first() {
    return this.#rows.keys().next().value ?? null;
  }

  /** @param {number} id */
  get(id) {
    return this.#rows.get(id)?.room ?? null;
  }

  /** @param {number} id */
  urlOf(id) {
    return this.url.replace("/0/", `/${id}/`);
  }

  /** @param {number} id */
  select(id) {
    this.#current = id;
    for (const [each, { link }] of this.#rows) {
      if (each === id) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  /** @param {number} id @param {string} name */
  rename(id, name) {
    const row = this.#rows.get(id);
    if (!row) return;
    row.room.name = name;
    row.label.textContent = name;
  }

  /** @param {number} id @param {number} count */
  setUnread(id, count) {
    const row = this.#rows.get(id);
    if (!row) return;
    row.room.unread = count;
    row.badge.textContent = count > 99 ? "99+" : String(count);
    row.badge.hidden = count === 0;
    row.link.classList.toggle("has-unread", count > 0);
    // Spoken with a word to it; the number alone says little.
    row.link.setAttribute("aria-label", count > 0 ? `${row.room.name}, ${count} unread` : row.room.name);
  }

  /** @param {number} id */
  #row(id) {
    const label = make("span", "room-label");
    const badge = make("span", "unread");
    const link = make("a", "room-link", [label, badge]);
    link.href = this.urlOf(id);
    link.dataset.roomId = String(id);
    return { link, label, badge };
  }
}
