import { askForMissing } from "../files/picture.js";
import { Announcer } from "../dom/announcer.js";
import { Composer } from "../composer/composer.js";
import { Connection } from "../connection/connection.js";
import { find } from "../dom/elements.js";
import { Conversations } from "../timeline/conversations.js";
import { LeftBehind } from "../rooms/left_behind.js";
import { LostRoom } from "../rooms/lost_room.js";
import { MessageControls } from "./message_controls.js";
import { openOutbox } from "../outbox/open.js";
import { OutboxHandler } from "./outbox_handler.js";
import { PlainSend } from "../outbox/plain_send.js";
import { ReadMarker } from "../rooms/read_marker.js";
import { RoomPages } from "../rooms/room_pages.js";
import { Rooms } from "../rooms/rooms.js";
import { Session } from "./session.js";
import { Status } from "../connection/status.js";
import { Surroundings } from "./surroundings.js";
import { takeFiles } from "../composer/tray/take_files.js";
import { Tray } from "../composer/tray/tray.js";

/** @typedef {{user: import("../connection/protocol.js").Person, socket: string, moderator: boolean, room: number | null, login: string, rooms: {url: string}, files: {most: number}}} Boot */

const now = () => performance.now();

/** The parts of the page and the threads between them. */
export class App {
  /** @type {Record<string, boolean>} */
  #flags = {};

  /** @param {Boot} boot what the server put into the page */
  constructor(boot) {
    this.me = boot.user;
    this.announcer = new Announcer();
    this.status = new Status(boot.login, now);
    this.session = new Session(this);
    this.connection = this.#connect(boot.socket);
    this.outbox = openOutbox(this.me.id, new OutboxHandler(this));
    this.controls = new MessageControls(this, boot.moderator);
    this.conversations = new Conversations(this.controls.reader, {
      ask: (room, question) => this.connection.send({ type: "history", room, ...question }),
      unsent: (room) => this.outbox.outbox.items(room),
      read: (room) => this.reading.state(this.rooms.get(room)),
      atEnd: () => this.markRead(),
    });
    this.surroundings = new Surroundings(this);
    this.tray = new Tray(this.surroundings.drafts, this.outbox.uploads, this.announcer, boot.files.most);
    this.composer = new Composer(this.controls, this.surroundings.drafts, this.tray);
    this.plain = new PlainSend(this.composer, this.outbox.uploads, this.connection);
    this.reading = new ReadMarker((room, seq) => this.connection.send({ type: "read", room, seq }));
    const { online, drafts } = this.surroundings;
    const failed = (/** @type {number} */ room) => this.outbox.outbox.stuck(room).length > 0;
    this.rooms = new Rooms(
      boot.rooms.url,
      { online, drafts, failed },
      { chosen: (room) => this.pages.go(room), changed: () => this.pages.showTitle() },
    );
    this.leftBehind = new LeftBehind(this.outbox, this.rooms);
    this.pages = new RoomPages(boot.room, this.rooms, new LostRoom(this.composer), (room) => this.#open(room));
  }

  start() {
    takeFiles(find("#attach-button", HTMLElement), find("#composer textarea", HTMLTextAreaElement), this.tray);
    this.pages.start();
    this.connection.start();
  }

  /** @param {import("../connection/protocol.js").WelcomeFrame} welcome @param {number[]} stale rooms to load anew */
  welcomed(welcome, stale) {
    const { flags, rooms } = welcome;
    this.#flags = flags;
    this.surroundings.welcomed(welcome);
    for (const { id, read_seq } of rooms) this.reading.known(id, read_seq);
    this.showRooms(rooms);
    this.conversations.connected(stale);
    askForMissing();
  }

  /** @param {import("../connection/protocol.js").Room[]} rooms */
  showRooms(rooms) {
    this.rooms.update(rooms);
    this.leftBehind.update();
    this.pages.roomsChanged();
    this.markRead();
  }

  /** Its reader has read on with another device. @param {import("../connection/protocol.js").ReadElsewhereFrame} position */
  readElsewhere(position) {
    const { room, seq, unread } = position;
    const here = this.reading.state(this.rooms.get(room));
    if (!here || seq < here.seq) return;
    this.reading.known(room, seq);
    this.rooms.readElsewhere(position);
    if (!this.conversations.isWatched(room)) this.conversations.readElsewhere(room, seq, unread);
    this.markRead();
  }

  /** Says that the room on the page is read up to its end, if its end can be seen. */
  markRead() {
    const room = this.conversations?.current;
    if (!room || !this.rooms.get(room)) return;
    if (!this.conversations.isWatched(room) || !this.conversations.isLoaded(room)) return;
    this.rooms.clearUnread(room);
    this.reading.seen(room, this.conversations.newestSeq(room));
  }

  /** @param {number} room */
  #open(room) {
    this.conversations.open(room);
    this.composer.openRoom(room);
    this.surroundings.typing.open(room);
    this.markRead();
  }

  /** Does something the server has to learn of; returns whether it is on record. @param {import("../outbox/items/operation.js").Operation} operation */
  submit(operation) {
    const queue = this.#flags.chat_queue !== false;
    if (queue) this.outbox.enqueue(operation);
    else this.plain.submit(operation);
    // Its writer sees it at the end of the room.
    if (operation.kind === "send") this.conversations.reading.follow();
    return queue;
  }

  /** @param {string} path */
  #connect(path) {
    const url = new URL(path, location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    return new Connection(
      {
        hello: () => this.session.hello(),
        waiting: () => this.outbox.outbox.waiting,
        received: (frame) => this.session.received(frame),
        lost: () => this.session.lost(),
        changed: (status) => this.#connectionChanged(status),
      },
      { open: () => new WebSocket(url), now, random: Math.random, online: () => navigator.onLine },
    );
  }

  /** @param {import("../connection/connection.js").ConnectionStatus} status */
  #connectionChanged(status) {
    const before = this.status.state;
    this.status.show(status);
    if (status.state === "signed-out") this.announcer.alert("Your session ended. Log in to go on.");
    else if (status.state === "connected" && before !== "connecting") this.announcer.say("Connected again.");
    else if (status.state !== "connected" && before === "connected")
      this.announcer.say("Connection lost. Your messages will be sent later.");
  }
}
