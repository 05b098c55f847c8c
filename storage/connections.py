"""One connection, as the work sees it: the same few methods over a worker's own SQLite connection and over Django's.

Work is written once, against `Connection`; whether it runs on a worker or on the stock path is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from django.db import DataError, OperationalError, connections, transaction

from storage.sql import Params, check_params, check_statement

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

Row = dict[str, Any]
Dicts = Callable[[list[tuple[Any, ...]]], list[Row]]

# What SQLite does by itself on some errors; anything after it would be outside of any transaction.
ROLLED_BACK = "the transaction was rolled back by an earlier error"

FEW = 100  # rows that are read without asking for a turn


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
