"""A worker's own connection to a SQLite file."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from django.db import OperationalError, connections
from django.db.utils import DatabaseErrorWrapper

from storage.connections import ROLLED_BACK, Cursor, Dicts, Row
from storage.decoding import decode
from storage.engines import WorkerConnection
from storage.exceptions import FileLost, WorkerDied
from storage.sql import Params, to_qmark

if TYPE_CHECKING:
    from storage.sqlite.base import DatabaseWrapper
    from storage.sqlite.file import Identity

CHUNK = 200
TURN_SECONDS = 0.05
PATIENCE_SECONDS = 0.25
ASK_SECONDS = 0.002
SQLITE_PATIENCE = 5.0  # the driver's own, where the settings say nothing
_turn = threading.Lock()


class SqliteConnection(WorkerConnection):
    """A SQLite connection of a worker's own, opened exactly as Django opens one for this alias."""

    def __init__(self, alias: str, *, reading: bool) -> None:
        self._wrapper = cast("DatabaseWrapper", connections.create_connection(alias))
        self._wrapper.inc_thread_sharing()
        self._reading = reading
        self._savepoints = 0
        self._patience: float = self._wrapper.settings_dict["OPTIONS"].get("timeout", SQLITE_PATIENCE)
        self._errors = DatabaseErrorWrapper(self._wrapper)
        with self._errors:
            self._wrapper.connect()
            self.raw: Any = self._wrapper.connection
            try:
                self.raw.execute("PRAGMA mmap_size = 0")  # an I/O error in mapped memory is a signal
                if reading:
                    self.raw.execute("PRAGMA query_only = ON")
                else:
                    self.raw.execute("PRAGMA busy_timeout = 0")  # `begin` does the waiting
            except BaseException:
                self.close()
                raise

    @property
    def outdated(self) -> bool:
        """Whether another has to take its place: it is broken, or its file is not the one that lies at the path."""
        return self.broken or self._wrapper.outdated

    @property
    def identity(self) -> Identity | None:
        """Device and inode of the file."""
        return self._wrapper.identity

    def version(self) -> object:
        return self.raw.execute("PRAGMA data_version").fetchone()[0]

    def _run(self, sql: str, params: Params) -> Cursor:
        if self.broken or (self._savepoints and not self.in_transaction):
            raise OperationalError(ROLLED_BACK)
        cursor: Cursor = self.raw.execute(to_qmark(sql), params)
        return cursor

    def _fetch_many(self, cursor: Cursor, dicts: Dicts, rows: list[Row]) -> None:
        # Threads that all turn rows into objects fight over the interpreter lock at every row; in turns they do not.
        # A turn is short, and nobody waits long for one: who waits for rows to be found holds up no other.
        more = True
        while more:
            turn = _turn.acquire(timeout=PATIENCE_SECONDS)
            end = time.monotonic() + TURN_SECONDS
            try:
                while more and time.monotonic() < end:
                    chunk = cursor.fetchmany(CHUNK)
                    rows += dicts(chunk)
                    more = len(chunk) == CHUNK
            finally:
                if turn:
                    _turn.release()

    def fetch_json(self, sql: str, params: Params = ()) -> str:
        self.raw.text_factory = decode
        try:
            return super().fetch_json(sql, params)
        finally:
            self.raw.text_factory = str

    def control(self, statement: str) -> None:
        """Run COMMIT, SAVEPOINT and the like; failures carry Django's classes and break the connection."""
        try:
            with self._errors:
                self.raw.execute(statement)
        except Exception:
            self.broken = True
            raise
        except BaseException as death:
            self.broken = True
            raise WorkerDied(statement, death) from death

    def begin(self) -> None:
        """Take the write lock, waiting for it as long as the settings' `timeout` says.

        SQLite's own waiting asks ten times a second and may starve beside a process that always writes.

        Raises:
            FileLost: the path is not the file that is open.
        """
        self._check_file()
        deadline = time.monotonic() + self._patience
        while True:
            try:
                with self._errors:
                    self.raw.execute("BEGIN IMMEDIATE")
            except OperationalError as error:  # not `control`: to find it locked breaks nothing
                if "readonly" in str(error):
                    self.renew_all()
                if "locked" not in str(error) or time.monotonic() >= deadline:
                    raise
                time.sleep(ASK_SECONDS)
            else:
                return

    def commit(self) -> None:
        """End the transaction.

        Raises:
            FileLost: the path is not the file that is open. What was written counts as not written.
        """
        self._check_file()
        self.control("COMMIT")
        self._check_file()  # it may have been moved meanwhile

    def rollback(self) -> None:
        self.control("ROLLBACK")

    def _check_file(self) -> None:
        try:
            self._wrapper.check_file()
        except FileLost:
            self.broken = True
            raise

    def renew_all(self) -> None:
        """Have all connections of this process to the file replaced, this one among them."""
        self.broken = True
        self._wrapper.file.renew()

    def failed(self, error: Exception) -> None:
        super().failed(error)
        if not self._reading and isinstance(error, OperationalError) and "readonly" in str(error):
            self.renew_all()  # they stay read-only even if the file does not

    @property
    def in_transaction(self) -> bool:
        return bool(self.raw.in_transaction)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        self.control("SAVEPOINT part")
        self._savepoints += 1
        try:
            yield
        except BaseException:
            if self.in_transaction and not self.broken:
                self.control("ROLLBACK TO part")
                self.control("RELEASE part")
            raise
        else:
            self.control("RELEASE part")
        finally:
            self._savepoints -= 1

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        self.control("BEGIN DEFERRED")
        try:
            yield
        finally:
            if self.in_transaction:
                self.control("ROLLBACK")

    def interrupt(self) -> None:
        self.raw.interrupt()

    def close(self) -> None:
        """Close the file; an open transaction is rolled back by SQLite."""
        self._wrapper.close()
