"""One connection, as the work sees it: the same few methods over a worker's own SQLite connection and over Django's.

Work is written once, against `Connection`; whether it runs on a worker or on the stock path is decided elsewhere.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from django.db import DataError, OperationalError, connections, transaction
from django.db.utils import DatabaseErrorWrapper

from storage.exceptions import WorkerDied
from storage.sql import Params, check_params, check_statement, to_qmark

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

Row = dict[str, Any]
Dicts = Callable[[list[tuple[Any, ...]]], list[Row]]

# What SQLite does by itself on some errors; anything after it would be outside of any transaction.
ROLLED_BACK = "the transaction was rolled back by an earlier error"

FEW = 100  # rows that are read without asking for a turn
CHUNK = 200
TURN_SECONDS = 0.05
PATIENCE_SECONDS = 0.25
PIECE_BYTES = 64 * 1024
ASK_SECONDS = 0.002
SQLITE_PATIENCE = 5.0  # the driver's own, where the settings say nothing
_turn = threading.Lock()


class Cursor(Protocol):
    """The part of a DB-API cursor that is used here."""

    description: Any
    rowcount: int
    lastrowid: int | None

    def fetchall(self) -> list[tuple[Any, ...]]: ...
    def fetchmany(self, size: int) -> list[tuple[Any, ...]]: ...
    def fetchone(self) -> tuple[Any, ...] | None: ...
    def close(self) -> None: ...


class WriteResult(NamedTuple):
    """`changes`: rows inserted, updated or deleted. `last_insert_id`: the id of the last row inserted, if any."""

    changes: int
    last_insert_id: int | None


class Connection:
    """What the function given to `store.transaction` or `store.read` receives. Not to be kept after it has returned."""

    _errors: AbstractContextManager[None]  # turns the driver's errors into Django's

    def _run(self, sql: str, params: Params) -> Cursor:
        raise NotImplementedError

    def savepoint(self) -> AbstractContextManager[None]:
        """A part that fails alone: on an exception what was done inside is undone, and the exception goes on."""
        raise NotImplementedError

    def snapshot(self) -> AbstractContextManager[None]:
        """A stretch of reading in which all statements see the database as the first of them found it."""
        raise NotImplementedError

    @property
    def in_transaction(self) -> bool:
        """False after SQLite has rolled back the whole transaction by itself (an interrupted write, a full disk)."""
        raise NotImplementedError

    def interrupt(self) -> None:
        """Stop the statement that is running, from another thread. Does nothing where the engine has no way."""

    def execute(self, sql: str, params: Params = ()) -> WriteResult:
        """Run a statement that changes something. Rows of a `RETURNING` clause are dropped."""
        _check(sql, params)
        with self._errors, closing(self._run(sql, params)) as cursor:
            if cursor.description is not None:
                cursor.fetchall()  # an unfinished RETURNING would block the COMMIT
            return WriteResult(max(cursor.rowcount, 0), cursor.lastrowid)

    def fetch_all(self, sql: str, params: Params = ()) -> list[Row]:
        """All rows, each a dict from column name to value."""
        _check(sql, params)
        # Closed also where it was not read to the end: a cursor left half read would hold back checkpoints.
        with self._errors, closing(self._run(sql, params)) as cursor:
            dicts = _dicts_of(cursor)
            rows = dicts(cursor.fetchmany(FEW))
            if len(rows) == FEW:
                self._fetch_many(cursor, dicts, rows)
            return rows

    def _fetch_many(self, cursor: Cursor, dicts: Dicts, rows: list[Row]) -> None:
        rows += dicts(cursor.fetchall())

    def fetch_one(self, sql: str, params: Params = ()) -> Row | None:
        """The first row, or None."""
        _check(sql, params)
        with self._errors, closing(self._run(sql, params)) as cursor:
            row = cursor.fetchone()
            return None if row is None else _dicts_of(cursor)([row])[0]

    def fetch_value(self, sql: str, params: Params = ()) -> Any:
        """The first column of the first row, or None."""
        _check(sql, params)
        with self._errors, closing(self._run(sql, params)) as cursor:
            row = cursor.fetchone()
            return None if row is None else row[0]

    def fetch_json(self, sql: str, params: Params = ()) -> str:
        """The JSON text that the statement built (one row, one column), untouched; `null` where there is no row."""
        value = self.fetch_value(sql, params)
        if value is None:
            return "null"
        if not isinstance(value, str):
            raise DataError(f"fetch_json wants a statement that yields JSON text, not {type(value).__name__}")
        return value


def _check(sql: str, params: Params) -> None:
    check_statement(sql)
    check_params(params)


def _dicts_of(cursor: Cursor) -> Dicts:
    return _dicts(tuple(column[0] for column in cursor.description or ()))


@lru_cache(maxsize=256)
def _dicts(names: tuple[str, ...]) -> Dicts:
    """What turns rows with these columns into dicts: a display with the names written into it, which takes half as
    long as `dict(zip(names, row))`."""
    display = ", ".join(f"{name!r}: v{column}" for column, name in enumerate(names))
    values = "".join(f"v{column}, " for column in range(len(names)))
    made: Dicts = eval(f"lambda rows: [{{{display}}} for ({values}) in rows]", {})  # noqa: S307 - names are literals
    return made


def _decode(text: bytes) -> str:
    """UTF-8 to str. A long text in pieces: it is twice as fast, and the interpreter lock is let go between them."""
    if len(text) <= PIECE_BYTES:
        return text.decode()
    view = memoryview(text)
    pieces = []
    start = 0
    with _turn:
        while start < len(text):
            end = min(start + PIECE_BYTES, len(text))
            while end < len(text) and text[end] & 0xC0 == 0x80:  # in the middle of a character
                end -= 1
            pieces.append(str(view[start:end], "utf-8"))
            start = end
            time.sleep(0)
        return "".join(pieces)


class WorkerConnection(Connection):
    """A SQLite connection of a worker's own, opened exactly as Django opens one for this alias."""

    def __init__(self, alias: str, *, query_only: bool) -> None:
        wrapper = connections.create_connection(alias)
        wrapper.inc_thread_sharing()
        self.broken = False
        self._savepoints = 0
        self._patience: float = wrapper.settings_dict["OPTIONS"].get("timeout", SQLITE_PATIENCE)
        self._errors = DatabaseErrorWrapper(wrapper)
        with self._errors:
            wrapper.connect()
            self.raw = wrapper.connection
            try:
                self.raw.execute("PRAGMA mmap_size = 0")  # an I/O error in mapped memory is a signal
                if query_only:
                    self.raw.execute("PRAGMA query_only = ON")
                else:
                    self.raw.execute("PRAGMA busy_timeout = 0")  # `begin` does the waiting
            except BaseException:
                self.raw.close()
                raise

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
        self.raw.text_factory = _decode
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
        """
        deadline = time.monotonic() + self._patience
        while True:
            try:
                with self._errors:
                    self.raw.execute("BEGIN IMMEDIATE")
            except OperationalError as error:  # not `control`: to find it locked breaks nothing
                if "locked" not in str(error) or time.monotonic() >= deadline:
                    raise
                time.sleep(ASK_SECONDS)
            else:
                return

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
        self.raw.close()


class DjangoConnection(Connection):
    """Django's own connection of the current thread: the stock path, and every engine that is not SQLite."""

    def __init__(self, alias: str) -> None:
        self._wrapper: BaseDatabaseWrapper = connections[alias]
        self._wrapper.ensure_connection()
        self._errors = self._wrapper.wrap_database_errors

    def _run(self, sql: str, params: Params) -> Cursor:
        if self._wrapper.in_atomic_block and not self.in_transaction:
            raise OperationalError(ROLLED_BACK)
        cursor: Any = self._wrapper.cursor()
        try:
            cursor.execute(sql, params)
        except BaseException:
            # The error's traceback would keep it open. Collected on any thread, it would reset the statement, which
            # may be running again by then, and wait for it with the interpreter lock held: everything stands still.
            cursor.close()
            raise
        return cursor  # type: ignore[no-any-return]

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        with transaction.atomic(using=self._wrapper.alias):
            yield

    @property
    def in_transaction(self) -> bool:
        raw: Any = self._wrapper.connection
        return bool(raw.in_transaction) if self._wrapper.vendor == "sqlite" else True

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        if self._wrapper.in_atomic_block or self._wrapper.vendor != "sqlite":
            with transaction.atomic(using=self._wrapper.alias):
                yield
            return
        raw: Any = self._wrapper.connection
        with self._errors:  # not `atomic`: its transactions are immediate, that is, they write
            raw.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            if raw.in_transaction:
                raw.execute("ROLLBACK")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Refuse writes meanwhile, as a reader's connection always does."""
        if self._wrapper.vendor != "sqlite":
            yield
            return
        raw: Any = self._wrapper.connection
        raw.execute("PRAGMA query_only = ON")
        try:
            yield
        finally:
            raw.execute("PRAGMA query_only = OFF")

    def interrupt(self) -> None:
        if self._wrapper.vendor == "sqlite" and self._wrapper.connection is not None:
            self._wrapper.connection.interrupt()
