"""The wire protocol, version 1: what a client may say, checked, and what the server says, encoded. No I/O.

Frames are declared once, in `client`, `server`, `room_events` and `things`, in the words of `fields`. What follows from
that is written by `manage.py protocol`: `docs/protocol.schema.json`, the tables of `docs/protocol.md`, and the
browser's types. Golden frames are under `tests/frames/`.
"""

from __future__ import annotations

from chat.protocol import fields
from chat.protocol.client import (
    Change,
    ClientFrame,
    Delete,
    Edit,
    Hello,
    History,
    Ping,
    React,
    Read,
    Send,
    Sync,
    Typing,
)
from chat.protocol.codes import (
    MAX_EVENTS_CHARS,
    MAX_FRAME_BYTES,
    MAX_PAGE,
    PING_MS,
    VERSION,
    WINDOW,
    Close,
    Code,
)
from chat.protocol.decode import decode, parse
from chat.protocol.encode import (
    bye,
    error,
    events,
    nack,
    page,
    pong,
    presence,
    read_position,
    reset,
    rooms,
    typing,
    welcome,
)
from chat.protocol.errors import FrameError
from chat.protocol.server import Ack
from chat.protocol.shapes import checked, read

__all__ = [
    "MAX_EVENTS_CHARS",
    "MAX_FRAME_BYTES",
    "MAX_PAGE",
    "PING_MS",
    "VERSION",
    "WINDOW",
    "Ack",
    "Change",
    "ClientFrame",
    "Close",
    "Code",
    "Delete",
    "Edit",
    "FrameError",
    "Hello",
    "History",
    "Ping",
    "React",
    "Read",
    "Send",
    "Sync",
    "Typing",
    "bye",
    "checked",
    "decode",
    "error",
    "events",
    "fields",
    "nack",
    "page",
    "parse",
    "pong",
    "presence",
    "read",
    "read_position",
    "reset",
    "rooms",
    "typing",
    "welcome",
]
