"""One connection, as the work sees it: the same few methods over a worker's own SQLite connection and over Django's.

Work is written once, against `Connection`; whether it runs on a worker or on the stock path is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from django.db import DataError, connections, transaction
from django.db.utils import DatabaseErrorWrapper

from storage.sql import Params, check_params, to_qmark

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

Row = dict[str, Any]


class Cursor(Protocol):
    """The part of a DB-API cursor that is used here."""

    description: Any
    rowcount: int
    lastrowid: int | None

    def fetchall(self) -> list[tuple[Any, ...]]: ...
    def fetchone(self) -> tuple[Any, ...] | None: ...
    def close(self) -> None: ...


class WriteResult(NamedTuple):
    """`changes`: rows inserted, updated or deleted. `last_insert_id`: the id of the last row inserted, if any."""

    changes: int
    last_insert_id: int | None


class Connection:
    """What the function given to `store.transaction` receives. Not to be kept after the function has returned."""

    def _run(self, sql: str, params: Params) -> Cursor:
        raise NotImplementedError

    def savepoint(self) -> AbstractContextManager[None]:
        """A part that fails alone: on an exception what was done inside is undone, and the exception goes on."""
        raise NotImplementedError

    @property
    def in_transaction(self) -> bool:
        """False after SQLite has rolled back the whole transaction by itself (an interrupted write, a full disk)."""
        raise NotImplementedError

    def interrupt(self) -> None:
        """Stop the statement that is running, from another thread. Does nothing where the engine has no way."""

    def execute(self, sql: str, params: Params = ()) -> WriteResult:
        """Run a statement that changes something. Rows of a `RETURNING` clause are dropped."""
        cursor = self._run(sql, params)
        if cursor.description is not None:
            cursor.fetchall()  # an unfinished RETURNING would block the COMMIT
        result = WriteResult(max(cursor.rowcount, 0), cursor.lastrowid)
        cursor.close()
        return result

    def fetch_all(self, sql: str, params: Params = ()) -> list[Row]:
        """All rows, each a dict from column name to value."""
        cursor = self._run(sql, params)
        names = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        cursor.close()
        return rows

    def fetch_one(self, sql: str, params: Params = ()) -> Row | None:
        """The first row, or None."""
        cursor = self._run(sql, params)
        row = cursor.fetchone()
        names = [column[0] for column in cursor.description or ()]
        cursor.close()  # a cursor left half read would hold back checkpoints
        return None if row is None else dict(zip(names, row, strict=True))

    def fetch_value(self, sql: str, params: Params = ()) -> Any:
        """The first column of the first row, or None."""
        cursor = self._run(sql, params)
        row = cursor.fetchone()
        cursor.close()
        return None if row is None else row[0]

    def fetch_json(self, sql: str, params: Params = ()) -> str:
        """The JSON text that the statement built (one row, one column), untouched; `null` where there is no row."""
        value = self.fetch_value(sql, params)
        if value is None:
            return "null"
        if not isinstance(value, str):
            raise DataError(f"fetch_json wants a statement that yields JSON text, not {type(value).__name__}")
        return value


class WorkerConnection(Connection):
    """A SQLite connection of a worker's own, opened exactly as Django opens one for this alias."""

    def __init__(self, alias: str, *, query_only: bool) -> None:
        wrapper = connections.create_connection(alias)
        wrapper.inc_thread_sharing()
        wrapper.connect()
        self.raw = wrapper.connection
        self.broken = False
        self._errors = DatabaseErrorWrapper(wrapper)
        if query_only:
            self.raw.execute("PRAGMA query_only = ON")

    def _run(self, sql: str, params: Params) -> Cursor:
        check_params(params)
        with self._errors:
            cursor: Cursor = self.raw.execute(to_qmark(sql), params)
            return cursor

    def control(self, statement: str) -> None:
        """Run BEGIN, COMMIT, SAVEPOINT and the like; failures carry Django's classes."""
        with self._errors:
            self.raw.execute(statement)

    @property
    def in_transaction(self) -> bool:
        return bool(self.raw.in_transaction)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        self.control("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self.in_transaction:
                self.control("ROLLBACK TO part")
                self.control("RELEASE part")
            raise
        self.control("RELEASE part")

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

    def _run(self, sql: str, params: Params) -> Cursor:
        check_params(params)
        cursor: Any = self._wrapper.cursor()
        cursor.execute(sql, params)
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
