"""What the server says, as text. The frames are declared in `chat.protocol.server`; tests hold the two together.

JSON that the database built goes into a frame as it is, never through Python objects.
"""

from __future__ import annotations

import json
from typing import Any

from chat.protocol.codes import PING_MS, VERSION, WINDOW, Code

# Made once: `json.dumps` with arguments makes one for each call.
_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


def _encode(frame: dict[str, Any]) -> str:
    return _ENCODER.encode(frame)


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


def page(
    room: int,
    messages_json: str,
    lines_json: str,
    *,
    cursor: dict[str, int],
    more: bool,
    newer: bool | None = None,
) -> str:
    """The answer to `history`, oldest first, with the cursor it was asked with.

    `messages_json` and `lines_json` are JSON arrays, as SQLite built them. `more`: there is more in the direction asked
    for; around a place that is the past, and `newer` tells of the other direction.
    """
    frame = {"type": "page", "room": room, **cursor, "more": more}
    begun = _encode(frame if newer is None else {**frame, "newer": newer})[:-1]
    return f'{begun},"messages":{messages_json},"lines":{lines_json}}}'


def reset(room: int, head: int) -> str:
    """The cursor is of another history, or beyond this one: load the newest page again."""
    return _encode({"type": "reset", "room": room, "head": head})


def read_position(room: int, seq: int, unread: int, head: int) -> str:
    """The user has read so far on another of their clients."""
    return _encode({"type": "read", "room": room, "seq": seq, "unread": unread, "head": head})


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
