"""One connection, as the work sees it: the same few methods over a worker's own connection and over Django's.

Work is written once, against `Connection`; whether it runs on a worker or on the stock path is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from functools import lru_cache
from typing import Any, NamedTuple, Protocol, cast

from django.db import DataError, OperationalError, connections, transaction

from storage.sql import Params, check_params, check_statement

Row = dict[str, Any]
Dicts = Callable[[list[tuple[Any, ...]]], list[Row]]

# SQLite does so by itself on some errors, PostgreSQL on every one outside of a savepoint.
ROLLED_BACK = "the transaction was rolled back by an earlier error"

FEW = 100  # rows that are read without asking for a turn


class Cursor(Protocol):
    """The part of a DB-API cursor that is used here."""

    @property
    def description(self) -> Any: ...
    @property
    def rowcount(self) -> int: ...

    def fetchall(self) -> list[tuple[Any, ...]]: ...
    def fetchmany(self, size: int) -> list[tuple[Any, ...]]: ...
    def fetchone(self) -> tuple[Any, ...] | None: ...
    def close(self) -> None: ...


class WriteResult(NamedTuple):
    """`changes`: rows inserted, updated or deleted. `last_insert_id`: the id of the last row inserted, for a statement
    that ends in `RETURNING id` (without it some engines do not tell)."""

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
        """False after an error that undid the whole transaction (on SQLite an interrupted write, a full disk)."""
        raise NotImplementedError

    def interrupt(self) -> None:
        """Have the statement that is running stopped, from another thread, without waiting for it."""
        raise NotImplementedError

    def settle(self) -> None:
        """After work: wait until no interruption is on its way any more, lest it hit what comes next."""

    def execute(self, sql: str, params: Params = ()) -> WriteResult:
        """Run a statement that changes something. Rows of a `RETURNING` clause are dropped."""
        check(sql, params)
        with self._errors, closing(self._run(sql, params)) as cursor:
            if cursor.description is None:
                return WriteResult(max(cursor.rowcount, 0), getattr(cursor, "lastrowid", None))
            rows = cursor.fetchall()  # to the end: an unfinished RETURNING would block the COMMIT
            return WriteResult(len(rows), rows[-1][0] if rows else None)

    def fetch_all(self, sql: str, params: Params = ()) -> list[Row]:
        """All rows, each a dict from column name to value."""
        check(sql, params)
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
        check(sql, params)
        with self._errors, closing(self._run(sql, params)) as cursor:
            row = cursor.fetchone()
            return None if row is None else _dicts_of(cursor)([row])[0]

    def fetch_value(self, sql: str, params: Params = ()) -> Any:
        """The first column of the first row, or None."""
        check(sql, params)
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


def check(sql: str, params: Params) -> None:
    """Refuse what `storage.sql` refuses."""
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


class Backend(Protocol):
    """What storage's Django backends can do besides what all of Django's can (`storage.sqlite.base` and its like)."""

    alias: str
    in_atomic_block: bool
    wrap_database_errors: AbstractContextManager[None]

    @property
    def in_transaction(self) -> bool: ...
    def ensure_connection(self) -> None: ...
    def run(self, sql: str, params: Params) -> Cursor: ...
    def reading(self) -> AbstractContextManager[None]: ...
    def snapshot(self) -> AbstractContextManager[None]: ...
    def interrupt(self) -> None: ...
    def settle(self) -> None: ...


class DjangoConnection(Connection):
    """Django's own connection of the current thread."""

    def __init__(self, alias: str) -> None:
        self._backend = cast("Backend", connections[alias])
        self._backend.ensure_connection()
        self._errors = self._backend.wrap_database_errors

    def _run(self, sql: str, params: Params) -> Cursor:
        if self._backend.in_atomic_block and not self.in_transaction:
            raise OperationalError(ROLLED_BACK)
        return self._backend.run(sql, params)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        with transaction.atomic(using=self._backend.alias):
            yield

    @property
    def in_transaction(self) -> bool:
        return self._backend.in_transaction

    def snapshot(self) -> AbstractContextManager[None]:
        return self._backend.snapshot()

    def reading(self) -> AbstractContextManager[None]:
        """Refuse writes meanwhile, as a reader's connection always does."""
        return self._backend.reading()

    def interrupt(self) -> None:
        self._backend.interrupt()

    def settle(self) -> None:
        self._backend.settle()
