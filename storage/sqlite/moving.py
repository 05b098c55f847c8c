"""SQLite as one end of a move.

As the source its file is locked, which fails while anybody has it open. As the target it is a file under another name
until everything is in it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from contextlib import ExitStack
from glob import escape
from pathlib import Path
from typing import Any

from django.db import DatabaseError, OperationalError

from storage.exceptions import CannotMove
from storage.locks import locked
from storage.moving import side
from storage.moving.side import Row
from storage.moving.tables import Column, Table

MOVING = "PRAGMA locking_mode = EXCLUSIVE;PRAGMA foreign_keys = OFF;PRAGMA cache_size = -65536"
LOGS = ("-wal", "-journal")
"""What SQLite would take for part of a database that it finds beside it."""


class Side(side.Side):
    name = "SQLite"

    def __init__(self, alias: str, settings: dict[str, Any], tables: list[Table]) -> None:
        self._path = Path(settings["NAME"])
        super().__init__(alias, {**settings, "OPTIONS": {"timeout": 1, "init_command": MOVING}}, tables)
        self._left = ExitStack()  # the lock, and what lies about: both go at the end
        self._aside: list[tuple[str, str, str]] = []  # indexes and triggers: kind, name, statement

    def canonical(self, column: Column) -> str:
        name = self.quoted(column.name)
        # Written with six digits behind the point, with three, or, on a full second, with none.
        if column.kind == "time":
            return f"substr({name} || substr('.000000', length({name}) - 18), 1, 26)"
        # Of a column the driver makes a truth value by itself; of an expression it does not.
        return f"+{name}" if column.kind == "bool" else name

    def in_order(self, column: Column) -> str:
        return self.quoted(column.name)

    def last_id(self, table: Table) -> int:
        found = self.ask("SELECT seq FROM sqlite_sequence WHERE name = %s", [table.name])
        return int(found[0][0]) if found else 0

    def size(self) -> int:
        return self._path.stat().st_size

    def words_of(self, error: DatabaseError) -> str:
        return str(error).partition(" with text")[0]  # what cannot be decoded

    # As the source

    def hold(self) -> None:
        if not self._path.exists():
            raise CannotMove(f"There is no database at {self._path}.")
        try:
            # The server keeps a log beside the file. To do without is for one who is alone: it fails while anybody has
            # the file open, even idly. A server that starts turns to its log again.
            self.ask("PRAGMA journal_mode = DELETE")
            self.ask("BEGIN EXCLUSIVE")
        except OperationalError as error:
            if "locked" not in str(error):
                raise
            raise CannotMove(f"{self._path} is in use. Stop the server, and whatever else has it open.") from None

    # As the target

    @property
    def _unfinished(self) -> Path:
        return self._path.with_name(f"{self._path.name}-unfinished")

    def prepare(self, url: str, size: int) -> str:  # noqa: ARG002 - it has another name till then
        if not self._path.parent.is_dir():
            raise CannotMove(f"There is no folder {self._path.parent}.")
        # The lock of those that migrate: nobody makes a database here meanwhile.
        if not self._left.enter_context(locked(f"{self._path}-migration", wait=False)):
            raise CannotMove(f"{self._path} is being made by another process.")
        for there in (self._path, *(Path(f"{self._path}{end}") for end in LOGS)):
            if there.exists():
                raise CannotMove(f"{there} is there already. Name a file that is not, or move this one away.")
        free = shutil.disk_usage(self._path.parent).free
        if free < size:
            raise CannotMove(f"{self._path.parent} has {free >> 20:,} MB free; about {size >> 20:,} MB are wanted.")
        self._remove()  # what another attempt has left
        self._left.callback(self._remove)
        return f"sqlite:///{self._unfinished}"

    def begin(self) -> None:
        self.connection.close()
        self.connection.settings_dict["NAME"] = str(self._unfinished)
        # Nothing of it counts before it has its name: no need to be able to go back, or to wait for the disk.
        self.ask("PRAGMA journal_mode = OFF")
        self.ask("PRAGMA synchronous = OFF")
        self.ask("BEGIN")
        self._aside = self.ask(
            "SELECT type, name, sql FROM sqlite_master"
            " WHERE sql IS NOT NULL AND type IN ('index', 'trigger') ORDER BY type"
        )
        for kind, name, _ in self._aside:
            self.ask(f"DROP {kind} {self.quoted(name)}")

    def load(self, table: Table, batches: Iterable[list[Row]]) -> None:
        self.ask(f"DELETE FROM {self.quoted(table.name)}")
        columns = ", ".join(self.quoted(column.name) for column in table.columns)
        values = ", ".join(_value(place, column) for place, column in enumerate(table.columns, 1))
        insert = f"INSERT INTO {self.quoted(table.name)} ({columns}) VALUES ({values})"
        raw: Any = self.connection.connection
        for batch in batches:
            with self.connection.wrap_database_errors:
                raw.executemany(insert, batch)

    def set_last_id(self, table: Table, number: int) -> None:
        self.ask("DELETE FROM sqlite_sequence WHERE name = %s", [table.name])
        if number:
            self.ask("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table.name, number])

    def complete(self) -> None:
        for (index,) in self.ask("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%USING fts5%'"):
            self.ask(f"INSERT INTO {self.quoted(index)} ({self.quoted(index)}) VALUES ('rebuild')")
        for _, _, sql in self._aside:
            self.ask(sql)
        for table, *_ in self.ask("PRAGMA foreign_key_check"):
            raise CannotMove(f"{table} has a row that refers to one that is not there.")

    def finish(self) -> None:
        self.ask("COMMIT")
        self.connection.close()
        _sync(self._unfinished)
        self._unfinished.rename(self._path)
        _sync(self._path.parent)
        self.connection.settings_dict["NAME"] = str(self._path)

    def close(self) -> None:
        super().close()
        self._left.close()

    def _remove(self) -> None:
        for path in self._path.parent.glob(f"{escape(self._unfinished.name)}*"):
            path.unlink()


def _value(place: int, column: Column) -> str:
    """A parameter; of a time only as many digits as the chat itself writes, as long as no more of them say anything."""
    if column.kind != "time":
        return f"?{place}"
    return f"iif(substr(?{place}, -3) = '000', substr(?{place}, 1, 23), ?{place})"


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
