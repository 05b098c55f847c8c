"""One end of a move: a database and what its engine has to say. Each engine has a module `moving` with its `Side`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any

from django.conf import settings as django_settings
from django.db import DatabaseError, connections

from storage.moving.tables import Column, Table

Row = tuple[int | str | None, ...]

BATCH = 2000
"""Rows that are in memory at a time."""


class Side(ABC):
    """A database at one end, the source or the target, over one connection.

    Values travel in one form, whatever the engine: numbers, texts, truth values as 0 and 1, and times as
    `2026-11-25 13:06:09.120000`, in UTC. So they can be compared as they are.
    """

    name: str
    """What people call the engine."""

    def __init__(self, alias: str, settings: dict[str, Any], tables: list[Table]) -> None:
        """`settings` are what `DATABASES` says of a database. Connects only when something is asked."""
        self.tables = tables
        known = connections.configure_settings({**django_settings.DATABASES, alias: settings})
        connections.settings[alias] = known[alias]
        self.connection = connections[alias]

    # Of either end

    @abstractmethod
    def canonical(self, column: Column) -> str:
        """SQL for the column's value in the form in which it travels."""

    @abstractmethod
    def in_order(self, column: Column) -> str:
        """SQL to order by the column as every other engine does."""

    @abstractmethod
    def last_id(self, table: Table) -> int:
        """The highest number the serial column ever had, rows that are gone included; 0 before the first."""

    def rows(self, table: Table) -> Iterator[list[Row]]:
        """All rows in the order of their keys, in batches."""
        columns = ", ".join(self.canonical(column) for column in table.columns)
        with self.connection.chunked_cursor() as cursor:
            cursor.execute(f"SELECT {columns} FROM {self.quoted(table.name)} ORDER BY {self.in_order(table.key)}")
            while batch := cursor.fetchmany(BATCH):
                yield batch

    def count(self, table: Table) -> int:
        """How many rows it has."""
        return int(self.ask(f"SELECT count(*) FROM {self.quoted(table.name)}")[0][0])

    def ask(self, sql: str, params: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement; the rows it yields, if it yields any."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql, list(params) or None)
            return cursor.fetchall() if cursor.description else []

    def raised(self, error: DatabaseError) -> bool:
        """Whether the error is one of this side's."""
        driver: Any = self.connection.Database  # type: ignore[attr-defined]
        return isinstance(error.__cause__, driver.Error)

    @abstractmethod
    def words_of(self, error: DatabaseError) -> str:
        """What the error says, in one line, and without what people wrote."""

    def quoted(self, name: str) -> str:
        """A name as SQL has it."""
        return self.connection.ops.quote_name(name)

    @abstractmethod
    def size(self) -> int:
        """How many bytes the database takes."""

    # Of the source

    @abstractmethod
    def hold(self) -> None:
        """From now until it is closed, read one state of the database, and let nobody change it.

        Raises:
            CannotMove: somebody uses it.
        """

    # Of the target

    @abstractmethod
    def prepare(self, url: str, size: int) -> str:
        """See that it is empty, and has room for `size` bytes. Returns the URL under which it is to be migrated now.

        Raises:
            CannotMove: it is not.
        """

    @abstractmethod
    def begin(self) -> None:
        """Make it ready for many rows. What is loaded counts only after `finish`."""

    @abstractmethod
    def load(self, table: Table, batches: Iterable[list[Row]]) -> None:
        """Make these the rows of the table, and no others."""

    @abstractmethod
    def set_last_id(self, table: Table, number: int) -> None:
        """Have the serial column go on after this number."""

    @abstractmethod
    def complete(self) -> None:
        """When all rows are in: whatever is built from them, and whatever must be true of them.

        Raises:
            DatabaseError, CannotMove: something is not.
        """

    @abstractmethod
    def finish(self) -> None:
        """Make what was loaded count, all at once."""

    def close(self) -> None:
        """Let go of it. A target that is not finished is as empty as before."""
        self.connection.close()


def side_of(alias: str, settings: dict[str, Any], tables: list[Table]) -> Side:
    """The side for a database with these settings, which `DATABASES` has under this alias from now on."""
    side: Side = import_module(f"{settings['ENGINE']}.moving").Side(alias, settings, tables)
    return side
