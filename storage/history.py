"""A high-water mark of a database: whether it still has all that it once had.

A backup that is copied back and a log that is lost look like any other database. The mark, a small file on the machine
that serves, says how far the history had come; where the database lacks some of that, a new history begins and the log
says what is missing. What the history is, the application knows: it registers a `History`.

Several machines may serve one database, each with a mark of its own. All of them notice a loss, sooner or later, and
one begins the new history: a name that a mark has never heard of was given by another since, who has seen to it.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple, Protocol

from storage.connections import Connection
from storage.engines import WorkerConnection
from storage.locks import PRIVATE, locked

logger = logging.getLogger("storage")

MARK_SECONDS = 1.0
SHOWN = 10  # parts that are named in the log line
KEPT = 20  # names of earlier histories


class Position(NamedTuple):
    """How far a history has come. `epoch` is its name, `total` counts all that ever happened and never falls, `heads`
    says how far each part of it has come."""

    epoch: str
    total: int
    heads: dict[str, int]

    def missing_from(self, now: Position) -> str | None:
        """What of this position the present one lacks, in words; None if nothing."""
        behind = {part: head for part, head in self.heads.items() if now.heads.get(part, head) < head}
        gone = {part: head for part, head in self.heads.items() if part not in now.heads}
        # A part that is gone was taken away since, or was not there yet in an older copy: the total tells. Alone it
        # says nothing: engines count what was never committed, and may count it anew after a crash.
        if not behind and (not gone or now.total >= self.total):
            return None
        parts = [f"{part}: {now.heads.get(part, 0)} of {head}" for part, head in [*behind.items(), *gone.items()]]
        more = f" and {len(parts) - SHOWN} more" if len(parts) > SHOWN else ""
        count = max(self.total - now.total, sum(head - now.heads[part] for part, head in behind.items()))
        return f"{count} events ({', '.join(parts[:SHOWN])}{more})"


class History(Protocol):
    """What an application tells about what it keeps."""

    @property
    def parts(self) -> Mapping[str, str]:
        """The tables whose rows belong to parts, with the column that says to which."""

    @property
    def marks(self) -> Collection[str]:
        """Tables that only say that something has changed. Each database has its own: they are not moved."""

    def position(self, connection: Connection) -> Position:
        """How far it has come."""

    def begin_anew(self, connection: Connection, epoch: str) -> bool:
        """Give the history a new name, unless it is not called `epoch` any more. Whether it did.

        Runs in a transaction.
        """


class Mark(NamedTuple):
    """What was written down: how far it was, and what the history was called before."""

    position: Position
    past: list[str]


class HighWaterMark:
    """Compares a database with the mark `file`, and moves the mark on: on a thread that may wait for a disk."""

    def __init__(self, file: Path, history: History) -> None:
        self._history = history
        self._file = file
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
        version = (connection.identity, connection.version())
        if version == self._version or (now - self._written_at < MARK_SECONDS and not wait):
            return
        with self._locked(wait=wait) as alone:
            if alone:
                replaced = self._version is not None and self._version[0] != connection.identity
                self._compare(connection, replaced=replaced)
                self._version, self._written_at = version, now

    def take(self, connection: WorkerConnection) -> None:
        """Write down how far it is, whatever the mark said before."""
        with self._locked(wait=True):
            self._write(self._read(), self._history.position(connection))

    def set(self, position: Position) -> None:
        """Write down that it is this far, whatever the mark said before."""
        with self._locked(wait=True):
            self._write(self._read(), position)

    def _locked(self, *, wait: bool) -> AbstractContextManager[bool]:
        return locked(f"{self._file}-lock", wait=wait)

    def _compare(self, connection: WorkerConnection, *, replaced: bool) -> None:
        known = self._read()
        position = self._history.position(connection)
        why = None if known is None else _loss(known, position)
        if why is None and replaced and self._epoch == position.epoch:  # else another process has seen to it
            why = "another file was put in its place"
        if why is not None:
            self._begin_anew(connection, position.epoch, why)
            position = self._history.position(connection)
        if known is None or position != known.position:
            self._write(known, position)
        self._epoch = position.epoch

    def _begin_anew(self, connection: WorkerConnection, epoch: str, why: str) -> None:
        connection.begin()
        try:
            begun = self._history.begin_anew(connection, epoch)
        except BaseException:
            connection.rollback()
            raise
        connection.commit()
        begins = "a new history begins" if begun else "another machine has begun a new history"
        logger.error("%s: %s; %s", self._file.name.removesuffix("-mark"), why, begins)

    def _read(self) -> Mark | None:
        try:
            fields = json.loads(self._file.read_bytes())
            past = fields.pop("past", [])
            return Mark(Position(**fields), past)
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, AttributeError):
            logger.warning("%s cannot be understood: it is written anew", self._file)
            return None

    def _write(self, known: Mark | None, position: Position) -> None:
        past = [] if known is None else [name for name in [*known.past, known.position.epoch] if name != position.epoch]
        new = self._file.with_name(f"{self._file.name}.new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
        with os.fdopen(descriptor, "w") as handle:
            json.dump({**position._asdict(), "past": past[-KEPT:]}, handle)
            handle.flush()
            os.fsync(handle.fileno())
        new.rename(self._file)


def _loss(known: Mark, position: Position) -> str | None:
    """What the database has lost since the mark was written, in words; None if nothing."""
    if position.epoch not in {known.position.epoch, *known.past}:
        return None
    missing = known.position.missing_from(position)
    if missing is not None:
        return f"it lacks {missing}, which it had: an older copy was put in its place, or its log was lost"
    return None if position.epoch == known.position.epoch else "an older copy was put in its place"
