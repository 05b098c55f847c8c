/** @typedef {import("../connection/protocol.js").EphemeralFrame} EphemeralFrame @typedef {import("../connection/protocol.js").Message} Message */

/**
 * @typedef {object} Surroundings what surroundings.js is to the others
 * @property {import("../people/online.js").Online} online
 * @property {import("../composer/drafts.js").Drafts} drafts
 * @property {import("./mentions.js").Mentions} mentions
 * @property {(frame: EphemeralFrame) => void} heard
 * @property {(room: number, message: Message) => void} message
 *
 * The app (app.js) as those see it who act on several of its parts at once. Types only.
 *
 * It stands apart because nothing may import in a circle, types included: a circle has no place to begin reading.
 *
 * @typedef {object} AppInterface
 * @property {import("../connection/protocol.js").Person} me
 * @property {import("../connection/connection.js").Connection} connection
 * @property {import("../outbox/driver.js").OutboxDriver} outbox
 * @property {import("../outbox/plain_send.js").PlainSend} plain
 * @property {import("../timeline/conversations.js").Conversations} conversations
 * @property {import("../rooms/rooms.js").Rooms} rooms
 * @property {import("../rooms/left_behind.js").LeftBehind} leftBehind
 * @property {import("../rooms/room_pages.js").RoomPages} pages
 * @property {Surroundings} surroundings
 * @property {import("../dom/announcer.js").Announcer} announcer
 * @property {import("../connection/status.js").Status} status
 * @property {(welcome: import("../connection/protocol.js").WelcomeFrame, stale: number[]) => void} welcomed
 * @property {(rooms: import("../connection/protocol.js").Room[]) => void} showRooms
 * @property {import("../composer/composer.js").Composer} composer
 * @property {import("../composer/tray/tray.js").Tray} tray
 * @property {(operation: import("../outbox/items/operation.js").Operation) => boolean} submit
 * @property {() => void} markRead
 * @property {(position: import("../connection/protocol.js").ReadElsewhereFrame) => void} readElsewhere
 */

export {};
