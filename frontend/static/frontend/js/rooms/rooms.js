import { arrange, find } from "../dom/elements.js";
import { byActivity, grouped } from "./room_order.js";
import { RoomRow } from "./room_row.js";
import { UnreadCounts } from "./unread_counts.js";

/** @typedef {import("../connection/protocol.js").Room} Room */

/**
 * @typedef {object} Knowledge what a row shows besides its room
 * @property {import("../people/online.js").Online} online
 * @property {import("../composer/drafts.js").Drafts} drafts
 * @property {(room: number) => boolean} failed whether something waits there that could not be sent
 *
 * @typedef {object} Delegate
 * @property {(room: number) => void} chosen
 * @property {() => void} changed a name or a count of unread messages
 */

/** The list beside the conversation: rooms and direct messages, where something happened last on top. */
export class Rooms {
  /** @type {Map<number, RoomRow>} */
  #rows = new Map();
  #lists = { rooms: find("#room-list", HTMLElement), direct: find("#direct-list", HTMLElement) };
  #current = 0;
  #known = false;
  #counts = new UnreadCounts();

  /** @param {string} url of room 0 @param {Knowledge} knowledge @param {Delegate} delegate */
  constructor(url, { online, drafts, failed }, delegate) {
    this.url = url;
    this.online = online;
    this.drafts = drafts;
    this.failed = failed;
    this.delegate = delegate;
    find("#rooms", HTMLElement).addEventListener("click", (event) => {
      const link = event.target instanceof Element ? event.target.closest("a[data-room-id]") : null;
      if (!(link instanceof HTMLAnchorElement) || event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      delegate.chosen(Number(link.dataset.roomId));
    });
  }

  /** @param {Room[]} rooms */
  update(rooms) {
    const before = this.#rows;
    this.#known = true;
    this.#rows = new Map(
      rooms.map((room) => [room.id, before.get(room.id) ?? new RoomRow(room, this.urlOf(room.id), this.online)]),
    );
    for (const room of rooms) this.#change(room.id, { ...room, unread: this.#counts.total(room) });
    this.markAll();
    this.select(this.#current);
    this.#arrange();
  }

  /** Newest first. */
  get all() {
    return this.#unsorted.sort(byActivity);
  }

  get first() {
    return this.all[0]?.id ?? null;
  }

  /** Messages that wait, in all rooms. */
  get unread() {
    return this.#unsorted.reduce((sum, { unread }) => sum + unread, 0);
  }

  /** @param {number} id */
  get(id) {
    return this.#rows.get(id)?.room ?? null;
  }

  /** Whether a room is none of the reader's (any more); false as long as the server has not said which are. @param {number} id */
  isLeft(id) {
    return this.#known && !this.#rows.has(id);
  }

  /** @param {number} id */
  urlOf(id) {
    return this.url.replace("/0/", `/${id}/`);
  }

  /** @param {number} id */
  select(id) {
    this.#current = id;
    for (const [each, row] of this.#rows) row.showCurrent(each === id);
  }

  /** @param {number} id @param {string} name */
  rename(id, name) {
    this.#change(id, { name });
  }

  /** One more message waits there. @param {number} id @param {number} seq */
  count(id, seq) {
    const room = this.get(id);
    if (room) this.#setUnread(id, this.#counts.came(room, seq));
  }

  /** Everything there is read. @param {number} id */
  clearUnread(id) {
    this.#counts.clear(id);
    this.#setUnread(id, 0);
  }

  /** Something there was read on another device. @param {import("../connection/protocol.js").ReadElsewhereFrame} position */
  readElsewhere({ room: id, seq, unread, head }) {
    if (head < (this.get(id)?.head ?? 0)) return;
    this.#change(id, { read_seq: seq, head, unread: this.#counts.total({ id, head, unread }) });
  }

  /** Something was said there. @param {number} id @param {string} at */
  active(id, at) {
    const row = this.#rows.get(id);
    if (!row || Date.parse(at) <= Date.parse(row.room.active_at)) return;
    row.room.active_at = at;
    if (row.item.previousElementSibling) this.#arrange();
  }

  /** Shows anew in which rooms a draft waits, or something that was not sent. */
  markAll() {
    for (const id of this.#rows.keys()) this.mark(id);
  }

  /** @param {number} id */
  mark(id) {
    this.#rows.get(id)?.mark(this.drafts.has(id), this.failed(id));
  }

  /** @param {number} id @param {number} unread */
  #setUnread(id, unread) {
    if (this.get(id)?.unread !== unread) this.#change(id, { unread });
  }

  get #unsorted() {
    return [...this.#rows.values()].map(({ room }) => room);
  }

  /** @param {number} id @param {Partial<Room>} change */
  #change(id, change) {
    const row = this.#rows.get(id);
    if (!row) return;
    Object.assign(row.room, change);
    row.draw();
    this.delegate.changed();
  }

  #arrange() {
    const { rooms, direct } = grouped(this.#unsorted);
    arrange(this.#lists.rooms, this.#items(rooms));
    arrange(this.#lists.direct, this.#items(direct));
  }

  /** @param {Room[]} rooms */
  #items(rooms) {
    return rooms.flatMap(({ id }) => this.#rows.get(id)?.item ?? []);
  }
}
