"""What the server says: its frames, and what they are made of. The docstrings are the documentation's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from chat.protocol.codes import Code
from chat.protocol.fields import ClientId, Count, Id, Millis, Seq, Time
from chat.protocol.room_events import MemberEvent, RoomEvent, RoomRenamedEvent
from chat.protocol.things import Message, Person, Room


@dataclass(frozen=True, slots=True)
class Welcome:
    """The answer to `hello`.

    `epoch` names this history: it changes when a backup is restored. `window`: how many un-acked frames a client may
    have in flight. `flags`: rollout flags for this user, e.g. `{"chat_queue": true}`. `online`: the ids of the people
    who are there.
    """

    v: Count
    epoch: str
    connection: str
    user: Person
    rooms: list[Room]
    window: Count
    ping_ms: Millis
    flags: dict[str, bool]
    online: list[Id]


@dataclass(frozen=True, slots=True)
class Ack:
    """The operation is **committed durably**. `id` is the message's.

    A repeat of the same `client_id` with the same content gets the same `id` and `seq`, with `duplicate: true`, for
    ever.
    """

    client_id: ClientId
    id: Id
    room: Id
    seq: Id
    at: Time
    duplicate: bool

    def encode(self) -> str:
        """The frame. None of its texts has anything to escape."""
        return (
            f'{{"type":"ack","client_id":"{self.client_id}","id":{self.id},"room":{self.room},"seq":{self.seq},'
            f'"at":"{self.at}","duplicate":{"true" if self.duplicate else "false"}}}'
        )


@dataclass(frozen=True, slots=True)
class Nack:
    """Not done.

    `retry: true`: send the same frame again, no sooner than `after_ms`. `retry: false`: it will never succeed.
    """

    client_id: ClientId
    code: Code
    message: str
    retry: bool
    after_ms: Millis | None = None


@dataclass(frozen=True, slots=True)
class Events:
    """Every event of the room with `from <= seq <= to`, ascending, no hole.

    Several events ready together travel in one frame. `more`, in the answer to `sync`: ask on. What the server sends by
    itself (catch-up included) goes on by itself.
    """

    room: Id
    from_: Id
    to: Seq
    events: list[RoomEvent]
    more: bool


@dataclass(frozen=True, slots=True)
class Rooms:
    """The user's list of rooms changed: joined, left, renamed, removed."""

    rooms: list[Room]


@dataclass(frozen=True, slots=True)
class Page:
    """The answer to `history`, oldest first, with the cursor it was asked with.

    `more`: there are older ones (for `after`: newer ones). `around` has `newer` besides: there are newer ones. `lines`:
    who came and went and what the room was named between these messages, and beyond the last of them where there are no
    more; at most 200, the newest.
    """

    room: Id
    messages: list[Message]
    lines: list[MemberEvent | RoomRenamedEvent]
    more: bool
    before: Id | None = None
    after: Seq | None = None
    around: Seq | None = None
    newer: bool | None = None


@dataclass(frozen=True, slots=True)
class Reset:
    """The cursor belongs to another epoch or lies beyond what is kept: load the newest page again.

    The client keeps its outbox.
    """

    room: Id
    head: Seq


@dataclass(frozen=True, slots=True)
class ReadElsewhere:
    """The user has read up to `seq` on another of their clients; `unread` is new to them between there and `head`.

    `seq` never moves back: of two, the higher one is true. One that is lost comes with the next, or with `welcome`.
    """

    room: Id
    seq: Seq
    unread: Count
    head: Seq


@dataclass(frozen=True, slots=True)
class SomebodyTyping:
    """Somebody is writing. Ephemeral, never in the log."""

    room: Id
    user: Person


@dataclass(frozen=True, slots=True)
class Presence:
    """Somebody came or went. Ephemeral, never in the log."""

    room: Id
    user: Person
    state: Literal["online", "offline"]


@dataclass(frozen=True, slots=True)
class Error:
    """The frame could not be understood or answered; the connection stays.

    `ref` is its type, `room` the one that it named. Of `storage`: ask again.
    """

    code: Code
    message: str
    ref: str | None = None
    room: Id | None = None


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to `ping`, with its `n`."""

    n: Seq


@dataclass(frozen=True, slots=True)
class Bye:
    """The server is going away: reconnect after `after_ms` (jittered)."""

    after_ms: Millis


SERVER_FRAMES: dict[str, type[Any]] = {
    "welcome": Welcome,
    "ack": Ack,
    "nack": Nack,
    "events": Events,
    "rooms": Rooms,
    "page": Page,
    "reset": Reset,
    "read": ReadElsewhere,
    "typing": SomebodyTyping,
    "presence": Presence,
    "error": Error,
    "pong": Pong,
    "bye": Bye,
}
"""The frames by their `type`."""
