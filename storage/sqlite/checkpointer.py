"""The one who moves the log into the database file.

SQLite would let every connection checkpoint after its own commit. Here none does (`wal_autocheckpoint = 0`, see
the settings): one thread per database file does, in one process at a time, chosen by a lock on a file beside the
database. A checkpoint that races a commit of another connection is what the WAL-reset bug needs, and a commit never has
to pay for a checkpoint.

While a reader holds an old snapshot the log can be copied but not started over, and grows. So a read has a deadline
even when its caller gave none (`STORAGE_MAX_READ_SECONDS`), and once the last old reader is gone the log is cut back.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVarTuple

from django.db import DatabaseError

from storage.exceptions import FileLost
from storage.history import HighWaterMark
from storage.locks import locked
from storage.sqlite.connection import SqliteConnection
from storage.sqlite.file import database_file

logger = logging.getLogger("storage")

Args = TypeVarTuple("Args")

EVERY_SECONDS = 0.5
START_BYTES = 1000 * 4096  # SQLite's own measure for an automatic checkpoint: a thousand pages
CUT_BYTES = 16 * 1024 * 1024
CUT_WAIT_MS = 100
OPTIMIZE_EVERY_SECONDS = 3600.0


class Checkpointer:
    """Keeps the log of one SQLite file short and its high-water mark current, from a thread of its own.

    Harmless in any number of processes.
    """

    def __init__(self, alias: str, file: str, mark: HighWaterMark | None = None) -> None:
        self._alias = alias
        self._file = database_file(file)
        self._mark = mark
        self._failing: set[str] = set()
        self._connection: SqliteConnection | None = None
        self._optimized_at = float("-inf")
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name=f"storage {alias} checkpointer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop. What is left in the log stays there, or is moved by SQLite when the last connection closes."""
        self._ending.set()
        self._thread.join()

    def _work(self) -> None:
        self._try(self._renew)
        while not self._ending.wait(EVERY_SECONDS):
            self._try(self._renew)
            if self._connection is not None:
                # Each for itself: a mark that cannot be written is no reason to let the log grow.
                self._try(self._look_at_mark, self._connection)
                self._try(self._look, self._connection)
        if self._connection is not None:
            self._try(self._let_go, self._connection)

    def _try(self, step: Callable[[*Args], None], *args: *Args) -> None:
        """Take a step. Whatever comes of it, this thread must not end: the log would grow for ever."""
        name = step.__name__
        try:
            step(*args)
        except FileLost:
            pass  # said already
        except Exception as error:  # noqa: BLE001 - see above
            if name not in self._failing:
                logger.warning("%s: the log is not looked after, trying again: %s", self._alias, error)
            self._failing.add(name)
        else:
            self._failing.discard(name)

    def _renew(self) -> None:
        """Have a connection to the file that lies at the path, if there is one to be had."""
        self._file.look()
        if self._connection is not None:
            if not self._connection.outdated:
                return
            outdated, self._connection = self._connection, None
            self._let_go(outdated)
        self._connection = self._open()

    def _look_at_mark(self, connection: SqliteConnection) -> None:
        if self._mark is not None:
            self._mark.look(connection)

    def _open(self) -> SqliteConnection:
        connection = SqliteConnection(self._alias, reading=False)
        connection.control(f"PRAGMA busy_timeout = {CUT_WAIT_MS}")
        connection.control("PRAGMA analysis_limit = 400")
        return connection

    def _let_go(self, connection: SqliteConnection) -> None:
        """Close it. A file that was moved away takes with it what stands in its log, which may have stayed behind."""
        if connection.outdated:
            with suppress(DatabaseError):
                connection.control("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    def _look(self, connection: SqliteConnection) -> None:
        log = Path(self._file.beside("-wal"))
        size = log.stat().st_size if log.exists() else 0
        due = time.monotonic() - self._optimized_at > OPTIMIZE_EVERY_SECONDS
        if size < START_BYTES and not due:
            return
        with locked(self._file.beside("-checkpointer"), wait=False) as alone:
            if not alone:
                return
            if due:
                # Also where it fails: somebody holds the write lock, and it can wait.
                self._optimized_at = time.monotonic()
                connection.control("PRAGMA optimize")
            if size >= START_BYTES:
                # Most of the log is copied beside readers and writers; only the rest, if it has grown long, keeps
                # writers waiting, and no longer than CUT_WAIT_MS.
                connection.control("PRAGMA wal_checkpoint(PASSIVE)")
                if size >= CUT_BYTES:
                    connection.control("PRAGMA wal_checkpoint(TRUNCATE)")
