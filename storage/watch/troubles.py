"""What work meets with that is no fault of its own: the disk, the file."""

from __future__ import annotations

import time

RECENT_SECONDS = 30.0
DAMAGED = "a page of the database is damaged"

# SQLite's primary result codes.
_PERM, _READONLY, _IOERR, _CORRUPT, _FULL, _CANTOPEN, _NOTADB = 3, 8, 10, 11, 13, 14, 26
_WORDS = {
    _PERM: "the database's file must not be opened",
    _READONLY: "the database may only be read",
    _IOERR: "the disk reports errors",
    _CORRUPT: DAMAGED,
    _FULL: "the disk is full",
    _CANTOPEN: "the database's file cannot be opened",
    _NOTADB: DAMAGED,
}


def words_of(error: BaseException | None) -> str | None:
    """What this error says about the disk or the file; None if nothing."""
    code = getattr(getattr(error, "__cause__", None), "sqlite_errorcode", None)
    return None if code is None else _WORDS.get(code & 0xFF)


class Trouble:
    """The last of it that a queue's work met with. Damage does not pass; the rest does with success, or with time."""

    __slots__ = ("_at", "_words")

    def __init__(self) -> None:
        self._words: str | None = None
        self._at = 0.0

    def met(self, error: BaseException) -> None:
        """Work ended with this error."""
        words = words_of(error)
        if words is not None and self._words != DAMAGED:
            self._words, self._at = words, time.monotonic()

    def passed(self) -> None:
        """Work went well."""
        if self._words is not None and self._words != DAMAGED:
            self._words = None

    def words(self) -> str | None:
        """What it is, if it is not long ago."""
        recent = self._words == DAMAGED or time.monotonic() - self._at < RECENT_SECONDS
        return self._words if recent else None
