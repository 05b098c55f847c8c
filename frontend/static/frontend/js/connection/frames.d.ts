// Written by `manage.py protocol` from what chat/protocol/ declares: change it there.

/** Somebody with an account. */
export interface Person {
  id: number;
  name: string;
}

/** A room of the user's. `unread` counts up to 100. `active_at` is when the last message was sent, or the room made. A `direct` room is called by the other person's name, and has them in `with`. */
export interface Room {
  id: number;
  name: string;
  kind: "open" | "closed" | "direct";
  head: number;
  read_seq: number;
  unread: number;
  active_at: string;
  with?: Person;
}

/** What a reply answers. The `body` is cut to 200 characters, and empty once deleted. `file` is the name of the first of its files, null without one. */
export interface Quote {
  id: number;
  seq: number;
  sender: Person;
  body: string;
  file: string | null;
  deleted: boolean;
}

/** A file of a message. `type` is what the server found it to be, whatever its name says. `width` and `height` are in pixels, as it is shown. `preview` is an image of a few bytes to show until there is a better one, as a `data:` URL; `thumb` the address of a small picture; `description` is what its sender says of it, for those who do not see it. What is not known is left out. The addresses are this server's, for who may read the room. */
export interface File {
  id: string;
  name: string;
  type: string;
  bytes: number;
  url: string;
  width?: number;
  height?: number;
  preview?: string;
  thumb?: string;
  description?: string;
}

/** A message in an event. A deleted one has an empty `body` and no files. `quote` is null for what is no reply. */
export interface MessageContent {
  id: number;
  client_id: string;
  sender: Person;
  body: string;
  reply_to: number | null;
  quote: Quote | null;
  files: File[];
  edited_at: string | null;
  deleted: boolean;
}

/** A message was sent. It carries the message's present text: the new one, if it was edited since. */
export interface MessageEvent {
  seq: number;
  at: string;
  actor: Person;
  kind: "message";
  message: MessageContent;
}

/** A message has another text. */
export interface EditEvent {
  seq: number;
  at: string;
  actor: Person;
  kind: "edit";
  message: MessageContent;
}

/** The message that was taken back. */
export interface Deleted {
  id: number;
  deleted: true;
}

/** A message was taken back. */
export interface DeleteEvent {
  seq: number;
  at: string;
  actor: Person;
  kind: "delete";
  message: Deleted;
}

/** Who joined or left. */
export interface Member {
  id: number;
  name: string;
  joined: boolean;
}

/** Somebody joined or left, by their own doing or the `actor`'s. */
export interface MemberEvent {
  seq: number;
  at: string;
  actor: Person;
  kind: "member";
  member: Member;
}

/** Which emoji was put on or taken off which message. */
export interface ReactionChange {
  message: number;
  emoji: string;
  on: boolean;
}

/** Somebody reacted. A reaction that changes nothing (on twice, under two client ids) is an event as well: its ack needs a place in the log. */
export interface ReactionEvent {
  seq: number;
  at: string;
  actor: Person;
  kind: "reaction";
  reaction: ReactionChange;
}

/** What a room is called from now on. */
export interface RoomName {
  name: string;
}

/** The room has another name. */
export interface RoomRenamedEvent {
  seq: number;
  at: string;
  actor: Person;
  kind: "room";
  room: RoomName;
}

/** An emoji on a message, and the ids of those who put it there, in the order they came. */
export interface Reaction {
  emoji: string;
  users: number[];
}

/** A message in a page: likewise, with its place, its time and its reactions. */
export interface Message {
  id: number;
  client_id: string;
  sender: Person;
  body: string;
  reply_to: number | null;
  quote: Quote | null;
  files: File[];
  edited_at: string | null;
  deleted: boolean;
  seq: number;
  at: string;
  reactions: Reaction[];
}

export type RoomEvent =
  | MessageEvent
  | EditEvent
  | DeleteEvent
  | MemberEvent
  | ReactionEvent
  | RoomRenamedEvent;

export type Code =
  | "bad_frame"
  | "too_large"
  | "not_found"
  | "forbidden"
  | "conflict"
  | "not_ready"
  | "order"
  | "busy"
  | "rate_limited"
  | "storage";

/** First frame, within 10 s. `v` is 1; `rooms` maps the id of a room to the last `seq` the client has of it. Answered by `welcome`, then catch-up `events` for each room named. A room the user belongs to and does not name starts at its head. */
export interface HelloFrame {
  type: "hello";
  v: number;
  rooms?: Record<string, number>;
  epoch?: string;
}

/** Post a message. The client makes `client_id`, unique per sender for ever: sent again, it is the same message. `files`: what the sender uploaded for this room, in this order; `body` may then be empty. */
export interface SendFrame {
  type: "send";
  room: number;
  client_id: string;
  body: string;
  reply_to?: number;
  files?: string[];
}

/** Change the text of one's own message. It may become empty where there are files. */
export interface EditFrame {
  type: "edit";
  client_id: string;
  message: number;
  body: string;
}

/** Take back one's own message; moderators any. */
export interface DeleteFrame {
  type: "delete";
  client_id: string;
  message: number;
}

/** Put an emoji on a message, or take it off. */
export interface ReactFrame {
  type: "react";
  client_id: string;
  message: number;
  emoji: string;
  on: boolean;
}

/** The user has read up to `seq`. Never moves back. */
export interface ReadFrame {
  type: "read";
  room: number;
  seq: number;
}

/** The user is writing. Ephemeral; the server rate-limits it. */
export interface TypingFrame {
  type: "typing";
  room: number;
}

/** Events after a cursor, oldest first, any age. */
export interface SyncFrame {
  type: "sync";
  room: number;
  after: number;
  limit?: number;
}

/** A page of messages. `before` a `seq`: older than that, for scrolling back. `after`: newer than that. `around`: about half of them up to and including that `seq`, the others after it. At most one of the three; with none, the newest. */
export interface HistoryFrame {
  type: "history";
  room: number;
  before?: number;
  after?: number;
  around?: number;
  limit?: number;
}

/** Is anybody there? Answered by `pong` with the same `n`. */
export interface PingFrame {
  type: "ping";
  n: number;
}

/** The answer to `hello`. `epoch` names this history: it changes when a backup is restored. `window`: how many un-acked frames a client may have in flight. `flags`: rollout flags for this user, e.g. `{"chat_queue": true}`. `online`: the ids of the people who are there. */
export interface WelcomeFrame {
  type: "welcome";
  v: number;
  epoch: string;
  connection: string;
  user: Person;
  rooms: Room[];
  window: number;
  ping_ms: number;
  flags: Record<string, boolean>;
  online: number[];
}

/** The operation is **committed durably**. `id` is the message's. A repeat of the same `client_id` with the same content gets the same `id` and `seq`, with `duplicate: true`, for ever. */
export interface AckFrame {
  type: "ack";
  client_id: string;
  id: number;
  room: number;
  seq: number;
  at: string;
  duplicate: boolean;
}

/** Not done. `retry: true`: send the same frame again, no sooner than `after_ms`. `retry: false`: it will never succeed. */
export interface NackFrame {
  type: "nack";
  client_id: string;
  code: Code;
  message: string;
  retry: boolean;
  after_ms?: number;
}

/** Every event of the room with `from <= seq <= to`, ascending, no hole. Several events ready together travel in one frame. `more`, in the answer to `sync`: ask on. What the server sends by itself (catch-up included) goes on by itself. */
export interface EventsFrame {
  type: "events";
  room: number;
  from: number;
  to: number;
  events: RoomEvent[];
  more: boolean;
}

/** The user's list of rooms changed: joined, left, renamed, removed. */
export interface RoomsFrame {
  type: "rooms";
  rooms: Room[];
}

/** The answer to `history`, oldest first, with the cursor it was asked with. `more`: there are older ones (for `after`: newer ones). `around` has `newer` besides: there are newer ones. `lines`: who came and went and what the room was named between these messages, and beyond the last of them where there are no more; at most 200, the newest. */
export interface PageFrame {
  type: "page";
  room: number;
  messages: Message[];
  lines: (MemberEvent | RoomRenamedEvent)[];
  more: boolean;
  before?: number;
  after?: number;
  around?: number;
  newer?: boolean;
}

/** The cursor belongs to another epoch or lies beyond what is kept: load the newest page again. The client keeps its outbox. */
export interface ResetFrame {
  type: "reset";
  room: number;
  head: number;
}

/** The user has read up to `seq` on another of their clients; `unread` is new to them between there and `head`. `seq` never moves back: of two, the higher one is true. One that is lost comes with the next, or with `welcome`. */
export interface ReadElsewhereFrame {
  type: "read";
  room: number;
  seq: number;
  unread: number;
  head: number;
}

/** Somebody is writing. Ephemeral, never in the log. */
export interface SomebodyTypingFrame {
  type: "typing";
  room: number;
  user: Person;
}

/** Somebody came or went. Ephemeral, never in the log. */
export interface PresenceFrame {
  type: "presence";
  room: number;
  user: Person;
  state: "online" | "offline";
}

/** The frame could not be understood or answered; the connection stays. `ref` is its type, `room` the one that it named. Of `storage`: ask again. */
export interface ErrorFrame {
  type: "error";
  code: Code;
  message: string;
  ref?: string;
  room?: number;
}

/** The answer to `ping`, with its `n`. */
export interface PongFrame {
  type: "pong";
  n: number;
}

/** The server is going away: reconnect after `after_ms` (jittered). */
export interface ByeFrame {
  type: "bye";
  after_ms: number;
}

export type ClientFrame =
  | HelloFrame
  | SendFrame
  | EditFrame
  | DeleteFrame
  | ReactFrame
  | ReadFrame
  | TypingFrame
  | SyncFrame
  | HistoryFrame
  | PingFrame;

export type ServerFrame =
  | WelcomeFrame
  | AckFrame
  | NackFrame
  | EventsFrame
  | RoomsFrame
  | PageFrame
  | ResetFrame
  | ReadElsewhereFrame
  | SomebodyTypingFrame
  | PresenceFrame
  | ErrorFrame
  | PongFrame
  | ByeFrame;
