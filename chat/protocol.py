"""The wire protocol, version 1: what a client may say, checked, and what the server says, encoded. No I/O.

The contract is `docs/protocol.md`; golden frames are under `tests/frames/`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, NoReturn

from chat import fields

VERSION = 1
MAX_FRAME_BYTES = 64 * 1024
MAX_PAGE = 200
MAX_EVENTS_CHARS = 128 * 1024
WINDOW = 64
PING_MS = 25_000


class Code(StrEnum):
    """What went wrong, for programs; the texts beside it are for people and may change."""

    BAD_FRAME = "bad_frame"
    TOO_LARGE = "too_large"
    NOT_FOUND = "not_found"
    FORBIDDEN = "forbidden"
    CONFLICT = "conflict"
    ORDER = "order"
    BUSY = "busy"
    RATE_LIMITED = "rate_limited"
    STORAGE = "storage"


class Close(IntEnum):
    """WebSocket close codes of this protocol."""

    LOG_IN = 4401
    NO_HELLO = 4408
    TOO_SLOW = 4409
    TOO_MANY = 4429
    RESTARTING = 1012


class FrameError(Exception):
    """A frame that cannot be obeyed. `client_id` is set where a `nack` can name the operation."""

    def __init__(self, code: Code, message: str, client_id: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.client_id = client_id

    def encode(self) -> str:
        """The frame that answers it."""
        if self.client_id is not None:
            return nack(self.client_id, self.code, self.message, retry=False)
        return error(self.code, self.message)


# From the client


@dataclass(frozen=True, slots=True)
class Hello:
    """The first frame. `rooms` maps a room's id to the last `seq` the client has of it."""

    v: int
    rooms: dict[int, int] = field(default_factory=dict)
    epoch: str | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """Post a message. The same `client_id` again is the same message again."""

    room: int
    client_id: str
    body: str
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Change the text of one's own message."""

    client_id: str
    message: int
    body: str


@dataclass(frozen=True, slots=True)
class Delete:
    """Take a message back: one's own, or as a moderator any."""

    client_id: str
    message: int


@dataclass(frozen=True, slots=True)
class React:
    """Put an emoji on a message, or take it off."""

    client_id: str
    message: int
    emoji: str
    on: bool


@dataclass(frozen=True, slots=True)
class Read:
    """The user has read the room up to `seq`."""

    room: int
    seq: int


@dataclass(frozen=True, slots=True)
class Typing:
    """The user is writing. Ephemeral."""

    room: int


@dataclass(frozen=True, slots=True)
class Sync:
    """Events of a room after a cursor."""

    room: int
    after: int
    limit: int = MAX_PAGE


@dataclass(frozen=True, slots=True)
class History:
    """A page of messages: older than `before`, newer than `after`, or about as many on both sides of `around`.

    At most one of the three; with none of them, the newest.
    """

    room: int
    before: int | None = None
    after: int | None = None
    around: int | None = None
    limit: int = 50

    def __post_init__(self) -> None:
        if len(self.cursor) > 1:
            _refuse("history goes before, after or around one place")

    @property
    def cursor(self) -> dict[str, int]:
        """The one of `before`, `after` and `around` that was given, by its name; empty without one."""
        given = {"before": self.before, "after": self.after, "around": self.around}
        return {name: seq for name, seq in given.items() if seq is not None}


@dataclass(frozen=True, slots=True)
class Ping:
    """Is anybody there?"""

    n: int


Change = Send | Edit | Delete | React
"""The frames that are acknowledged durably and may be repeated."""

ClientFrame = Hello | Change | Read | Typing | Sync | History | Ping


def _refuse(message: str) -> NoReturn:
    raise FrameError(Code.BAD_FRAME, message)


Fields = Mapping[str, Callable[[Any], Any]]
_FRAMES: dict[str, tuple[type[ClientFrame], Fields, Fields]] = {
    "hello": (Hello, {"v": fields.id_}, {"rooms": fields.cursors, "epoch": fields.short_text}),
    "send": (Send, {"room": fields.id_, "client_id": fields.client_id, "body": fields.body}, {"reply_to": fields.id_}),
    "edit": (Edit, {"client_id": fields.client_id, "message": fields.id_, "body": fields.body}, {}),
    "delete": (Delete, {"client_id": fields.client_id, "message": fields.id_}, {}),
    "react": (
        React,
        {"client_id": fields.client_id, "message": fields.id_, "emoji": fields.emoji, "on": fields.boolean},
        {},
    ),
    "typing": (Typing, {"room": fields.id_}, {}),
    "read": (Read, {"room": fields.id_, "seq": fields.seq}, {}),
    "sync": (Sync, {"room": fields.id_, "after": fields.seq}, {"limit": fields.id_}),
    "history": (
        History,
        {"room": fields.id_},
        {"before": fields.id_, "after": fields.seq, "around": fields.seq, "limit": fields.id_},
    ),
    "ping": (Ping, {"n": fields.seq}, {}),
}


def decode(text: str | None) -> ClientFrame:
    """Turn one text frame into what it says. None stands for a binary frame. Unknown fields are ignored.

    Raises:
        FrameError: for anything else than a well-formed frame of a known type, whatever it is.
    """
    frame = parse(text)
    kind = frame.get("type")
    if not isinstance(kind, str) or kind not in _FRAMES:
        _refuse("type names no frame that is known here")
    cls, required, optional = _FRAMES[kind]
    try:
        return cls(**checked(frame, required, optional))
    except FrameError as refused:
        client_id = frame.get("client_id")
        if "client_id" in required and isinstance(client_id, str) and fields.CLIENT_ID.fullmatch(client_id):
            refused.client_id = client_id
        raise


def parse(text: str | None) -> dict[str, Any]:
    """The JSON object that a text is.

    Raises:
        FrameError: it is none, or too large.
    """
    if text is None:
        _refuse("a frame must be text")
    if len(text) > MAX_FRAME_BYTES:
        raise FrameError(Code.TOO_LARGE, "the frame is too large")
    try:
        frame = _DECODER.decode(text)
    except (ValueError, RecursionError):
        raise FrameError(Code.BAD_FRAME, "the frame is not JSON") from None
    if not isinstance(frame, dict):
        _refuse("a frame must be a JSON object")
    return frame


def checked(frame: dict[str, Any], required: Fields, optional: Fields) -> dict[str, Any]:
    """The values of these fields of a frame or a request, each as its check returns it.

    Raises:
        FrameError: one is missing, or is not what it must be.
    """
    values: dict[str, Any] = {}
    for name, check in required.items():
        if name not in frame:
            _refuse(f"{name} is missing")
        values[name] = _checked(name, frame[name], check)
    for name, check in optional.items():
        if frame.get(name) is not None:
            values[name] = _checked(name, frame[name], check)
    return values


def _checked(name: str, value: Any, check: Callable[[Any], Any]) -> Any:
    try:
        return check(value)
    except fields.TooLong as error:
        raise FrameError(Code.TOO_LARGE, f"{name} {error}") from None
    except fields.Invalid as error:
        _refuse(f"{name} {error}")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


# Made once: `json.loads` and `json.dumps` with arguments make one for each call.
_DECODER = json.JSONDecoder(parse_constant=_no_constant)
_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


# From the server


def _encode(frame: dict[str, Any]) -> str:
    return _ENCODER.encode(frame)


@dataclass(frozen=True, slots=True)
class Ack:
    """The operation is committed durably. A repeat has the same `id` and `seq`, and `duplicate` set."""

    client_id: str
    id: int
    room: int
    seq: int
    at: str
    duplicate: bool

    def encode(self) -> str:
        """The frame. None of its texts has anything to escape."""
        return (
            f'{{"type":"ack","client_id":"{self.client_id}","id":{self.id},"room":{self.room},"seq":{self.seq},'
            f'"at":"{self.at}","duplicate":{"true" if self.duplicate else "false"}}}'
        )


def nack(client_id: str, code: Code, message: str, *, retry: bool, after_ms: int | None = None) -> str:
    """Not done. With `retry` send the same frame again, no sooner than `after_ms`; without, it will never succeed."""
    frame = {"type": "nack", "client_id": client_id, "code": code, "message": message, "retry": retry}
    return _encode(frame if after_ms is None else {**frame, "after_ms": after_ms})


def error(code: Code, message: str, ref: str | None = None, room: int | None = None) -> str:
    """The frame could not be understood or answered; the connection stays. `ref` is its type, `room` that it named."""
    frame = {"type": "error", "code": code, "message": message}
    about = {name: value for name, value in (("ref", ref), ("room", room)) if value is not None}
    return _encode({**frame, **about})


def welcome(
    *, epoch: str, connection: str, user: dict[str, Any], rooms: str, flags: dict[str, bool], online: list[int]
) -> str:
    """The answer to `hello`. `rooms` is JSON text, as for `rooms`; `online` the ids of the people who are there."""
    frame = {
        "type": "welcome",
        "v": VERSION,
        "epoch": epoch,
        "connection": connection,
        "user": user,
        "window": WINDOW,
        "ping_ms": PING_MS,
        "flags": flags,
        "online": online,
    }
    return f'{_encode(frame)[:-1]},"rooms":{rooms}}}'


def events(room: int, first: int, last: int, events_json: str, *, more: bool) -> str:
    """Every event of the room from `first` to `last`. `events_json` is a JSON array, as SQLite built it."""
    return (
        f'{{"type":"events","room":{room},"from":{first},"to":{last},"more":{"true" if more else "false"},'
        f'"events":{events_json}}}'
    )


def rooms(rooms_json: str) -> str:
    """The user's list of rooms, as JSON text."""
    return f'{{"type":"rooms","rooms":{rooms_json}}}'


def page(room: int, messages_json: str, *, cursor: dict[str, int], more: bool, newer: bool | None = None) -> str:
    """The answer to `history`, oldest first, with the cursor it was asked with.

    `messages_json` is a JSON array, as SQLite built it. `more`: there is more in the direction asked for; around a
    place that is the past, and `newer` tells of the other direction.
    """
    frame = {"type": "page", "room": room, **cursor, "more": more}
    return f'{_encode(frame if newer is None else {**frame, "newer": newer})[:-1]},"messages":{messages_json}}}'


def reset(room: int, head: int) -> str:
    """The cursor is of another history, or beyond this one: load the newest page again."""
    return _encode({"type": "reset", "room": room, "head": head})


def typing(room: int, user: int, name: str) -> str:
    """Somebody is writing."""
    return _encode({"type": "typing", "room": room, "user": {"id": user, "name": name}})


def presence(room: int, user: int, name: str, *, online: bool) -> str:
    """Somebody came or went."""
    state = "online" if online else "offline"
    return _encode({"type": "presence", "room": room, "user": {"id": user, "name": name}, "state": state})


def bye(after_ms: int) -> str:
    """The server is going away: reconnect after so many milliseconds."""
    return _encode({"type": "bye", "after_ms": after_ms})


def pong(n: int) -> str:
    """The answer to `ping`."""
    return _encode({"type": "pong", "n": n})
