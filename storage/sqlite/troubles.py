"""What SQLite's errors say about the disk and the file."""

from __future__ import annotations

from storage.watch.troubles import DAMAGED

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
