"""The database file of a test, as it is seen from outside the store: by plain `sqlite3`, after and before."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOTES = "CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, body)"
INSERT = "INSERT INTO notes (body) VALUES (%s)"


@contextmanager
def opened(file: str | os.PathLike[str]) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(file, isolation_level=None, timeout=60)
    try:
        yield connection
    finally:
        connection.close()


def create(file: Path) -> None:
    """A file as the store would make it, with one table. It is not UNIQUE: what is there twice is to be seen."""
    with opened(file) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(NOTES)


def bodies(file: str | os.PathLike[str]) -> list[str]:
    """What is in a file that must be sound, in the order in which it was written."""
    with opened(file) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [body for (body,) in connection.execute("SELECT body FROM notes ORDER BY id")]


def open_files() -> int:
    """How many files this process has open."""
    return len(list(Path("/dev/fd").iterdir()))
