"""A high-water mark beside the database: whether it still has all that it once had.

A backup that is copied back and a log that is lost look like any other database. The mark, a small file beside it,
says how far the history had come; where the database lacks some of that, a new history begins and the log says what is
missing. What the history is, the application knows: it registers a `History`.
"""

from __future__ import annotations

import json
import logging
import os
import time
from pathlib import Path
from typing import NamedTuple, Protocol

from storage.connections import Connection
from storage.sqlite.connection import WorkerConnection
from storage.sqlite.file import PRIVATE
from storage.sqlite.locks import locked

logger = logging.getLogger("storage")

MARK_SECONDS = 1.0
SHOWN = 10  # parts that are named in the log line


class Position(NamedTuple):
    """How far a history has come. `epoch` is its name, `total` counts all that ever happened and never falls, `heads`
    says how far each part of it has come."""

    epoch: str
    total: int
    heads: dict[str, int]

    def missing_from(self, now: Position) -> str | None:
        """What of this position the present one lacks, in words; None if nothing."""
        behind = {part: head for part, head in self.heads.items() if now.heads.get(part, head) < head}
        if now.total >= self.total and not behind:
            return None
        gone = {part: head for part, head in self.heads.items() if part not in now.heads}
        parts = [f"{part}: {now.heads.get(part, 0)} of {head}" for part, head in [*behind.items(), *gone.items()]]
        more = f" and {len(parts) - SHOWN} more" if len(parts) > SHOWN else ""
        count = max(self.total - now.total, sum(head - now.heads[part] for part, head in behind.items()))
        return f"{count} events ({', '.join(parts[:SHOWN])}{more})"


class History(Protocol):
    """What an application tells about what it keeps."""

    def position(self, connection: Connection) -> Position:
        """How far it has come."""

    def begin_anew(self, connection: Connection) -> None:
        """Give the history a new name. Runs in a transaction."""


class HighWaterMark:
    """Compares a database with the mark beside it, and moves the mark on: on a thread that may wait for a disk."""

    def __init__(self, file: str, history: History) -> None:
        self._history = history
        self._mark = Path(f"{file}-mark")
        self._lock = f"{file}-checkpointer"
        self._version: tuple[object, object] | None = None
        self._epoch: str | None = None
        self._written_at = float("-inf")

    def look(self, connection: WorkerConnection, *, wait: bool = False) -> None:
        """Compare; then write down how far it is, at most once a second and only if something was committed.

        In one process at a time: another one that looks already does it for all, unless this one is to `wait`.

        Raises:
            DatabaseError, OSError: the database or the mark cannot be read or written just now.
        """
        now = time.monotonic()
        version = (connection.identity, connection.raw.execute("PRAGMA data_version").fetchone()[0])
        if version == self._version or (now - self._written_at < MARK_SECONDS and not wait):
            return
        with locked(self._lock, wait=wait) as alone:
            if alone:
                replaced = self._version is not None and self._version[0] != connection.identity
                self._compare(connection, replaced=replaced)
                self._version, self._written_at = version, now

    def take(self, connection: WorkerConnection) -> None:
        """Write down how far it is, whatever the mark said before."""
        with locked(self._lock, wait=True):
            self._write(self._history.position(connection))

    def _compare(self, connection: WorkerConnection, *, replaced: bool) -> None:
        known = self._read()
        position = self._history.position(connection)
        missing = None if known is None else known.missing_from(position)
        why = None
        if missing is not None:
            why = f"it lacks {missing}, which it had: an older copy was put in its place, or its log was lost"
        elif replaced and self._epoch == position.epoch:  # else another process has seen to it
            why = "another file was put in its place"
        if why is not None:
            connection.begin()
            try:
                self._history.begin_anew(connection)
            except BaseException:
                connection.control("ROLLBACK")
                raise
            connection.commit()
            position = self._history.position(connection)
            logger.error("%s: %s; a new history begins", self._mark.name.removesuffix("-mark"), why)
        if position != known:
            self._write(position)
        self._epoch = position.epoch

    def _read(self) -> Position | None:
        try:
            return Position(**json.loads(self._mark.read_bytes()))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):
            logger.warning("%s cannot be understood: it is written anew", self._mark)
            return None

    def _write(self, position: Position) -> None:
        new = self._mark.with_name(f"{self._mark.name}.new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
        with os.fdopen(descriptor, "w") as handle:
            json.dump(position._asdict(), handle)
            handle.flush()
            os.fsync(handle.fileno())
        new.rename(self._mark)
