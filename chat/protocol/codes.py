"""The protocol's numbers and codes."""

from __future__ import annotations

from enum import IntEnum, StrEnum

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
    NOT_READY = "not_ready"
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
