"""Whether a database can be read and written, in words, without a write for each question.

What recent work met with, whether the file is there and may be written to, whether the disk has room, and pages that
are read afresh: the ends of every table, and a row somewhere within.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError

from storage.exceptions import FileLost
from storage.sqlite.connection import WorkerConnection
from storage.watch.figures import Figures
from storage.watch.troubles import words_of

FRESH_SECONDS = 3.0
PATIENCE_SECONDS = 5.0
GONE = "the database's file is gone"
MEGABYTE = 1024 * 1024

_TABLES = "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow')"


class Health:
    """Answers for one SQLite database, anew every few seconds however often it is asked."""

    def __init__(self, alias: str, path: str) -> None:
        self._alias = alias
        self._path = path
        self._asked_at = float("-inf")
        self._answer: asyncio.Future[list[str]] | None = None

    async def ask(self) -> list[str]:
        """What is wrong, each in a few words; nothing if all is well. Answers within a few seconds, whatever hangs."""
        loop = asyncio.get_running_loop()
        answer = self._answer
        if answer is None or answer.get_loop() is not loop or (answer.done() and self._is_old()):
            answer = self._answer = loop.create_future()
            self._asked_at = time.monotonic()
            # A thread of its own, for which nothing waits at the end: a disk may never answer.
            threading.Thread(target=self._look, args=(answer,), name="storage health", daemon=True).start()
        done, _ = await asyncio.wait([answer], timeout=PATIENCE_SECONDS)
        return answer.result() if done else ["the disk does not answer"]

    def _is_old(self) -> bool:
        return time.monotonic() - self._asked_at > FRESH_SECONDS

    def _look(self, answer: asyncio.Future[list[str]]) -> None:
        try:
            reasons = self._reasons()
        except Exception as error:  # noqa: BLE001 - whatever it is, the database cannot be said to be well
            reasons = [f"the database cannot be looked at: {type(error).__name__}"]
        with suppress(RuntimeError):  # the loop has ended, and with it whoever asked
            answer.get_loop().call_soon_threadsafe(_deliver, answer, reasons)

    def _reasons(self) -> list[str]:
        if not Path(self._path).exists():
            return [GONE]
        return [*self._file(), *self._pages()]

    def _file(self) -> list[str]:
        folder = Path(self._path).parent
        reasons = []
        if not _may(self._path, os.R_OK | os.W_OK) or not _may(folder, os.W_OK | os.X_OK):
            reasons.append("the database's file or folder may only be read")
        disk = os.statvfs(folder)
        if disk.f_flag & os.ST_RDONLY:
            reasons.append("the disk may only be read")
        free = disk.f_bavail * disk.f_frsize // MEGABYTE
        if free < settings.DISK_RESERVE_MB:
            reasons.append(f"the disk is nearly full: {free} MB are left, and {settings.DISK_RESERVE_MB} are wanted")
        return reasons

    def _pages(self) -> list[str]:
        """Read some from the file. A connection of its own, because others have pages in memory."""
        try:
            connection = WorkerConnection(self._alias, query_only=True)
            try:
                for table in connection.fetch_all(_TABLES):
                    _read_some(connection, '"{}"'.format(table["name"].replace('"', '""')), has_rowid=not table["wr"])
            finally:
                connection.close()
        except FileLost:
            return [GONE]
        except DatabaseError as error:
            return [words_of(error) or f"the database cannot be read: {error}"]
        return []


def _may(path: str | Path, mode: int) -> bool:
    """With the rights that the process has at present, where the system tells them from those of its user."""
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def _read_some(connection: WorkerConnection, table: str, *, has_rowid: bool) -> None:
    connection.fetch_one(f"SELECT * FROM {table} LIMIT 1")  # noqa: S608 - a name from the schema, quoted
    if has_rowid:
        connection.fetch_one(f"SELECT * FROM {table} ORDER BY rowid DESC LIMIT 1")  # noqa: S608 - likewise
        connection.fetch_one(
            f"SELECT * FROM {table} WHERE rowid >= abs(random() %% (1 + (SELECT max(rowid) FROM {table}))) LIMIT 1"  # noqa: S608 - likewise
        )


def _deliver(answer: asyncio.Future[list[str]], reasons: list[str]) -> None:
    if not answer.done():
        answer.set_result(reasons)


def met(figures: list[Figures]) -> list[str]:
    """What the work of these queues met with a moment ago and has not got over since."""
    troubles = (one.trouble.words() for one in figures)
    return sorted({words for words in troubles if words})
