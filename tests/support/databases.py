"""The databases of the servers that tests start, on the engine that this run of the tests is about.

`TEST_ENGINE=sqlite` (so it is without) or `TEST_ENGINE=postgres`. A test asks a server's `database` and need not know
which it is: parameters are `%s` and `%(name)s` on both, and truth is `true` and `false`.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

from tests.support.postgres import Cluster

ENGINE = os.environ.get("TEST_ENGINE") or "sqlite"
if ENGINE not in {"sqlite", "postgres"}:
    raise ValueError(f"TEST_ENGINE={ENGINE!r}: it is sqlite or postgres")

Params = Sequence[Any] | Mapping[str, Any]
Rows = list[tuple[Any, ...]]
Execute = Callable[..., Rows]
"""`execute(sql, params)`: run a statement, return the rows it has."""


class Database(ABC):
    """One database. `url` is what servers are given as DATABASE_URL."""

    url: str

    @property
    def file(self) -> Path:
        """Where it lies. A test that asks this is about SQLite alone, and is marked so."""
        raise TypeError("this database is no file: mark the test with sqlite_only")

    @abstractmethod
    def transaction(self) -> AbstractContextManager[Execute]:
        """Several statements that are committed together."""

    @abstractmethod
    def locked(self) -> AbstractContextManager[None]:
        """Meanwhile everybody may read and nobody write."""

    @abstractmethod
    def seconds_ago(self, seconds: str) -> str:
        """SQL: the time so many seconds ago, by a number that is SQL as well."""

    @abstractmethod
    def damage(self) -> list[str]:
        """What is wrong with what is stored, where the engine can tell."""

    @abstractmethod
    def remove(self) -> None:
        """It is not needed any more. Whoever is connected is thrown out."""

    def execute(self, sql: str, params: Params = ()) -> Rows:
        """Run one statement and commit it; returns the rows it has."""
        with self.transaction() as execute:
            return execute(sql, params)

    def rows(self, sql: str, params: Params = ()) -> Rows:
        """Look at what is committed."""
        return self.execute(sql, params)

    def value(self, sql: str, params: Params = ()) -> Any:
        """The one value that a query has."""
        ((value,),) = self.rows(sql, params)
        return value


class SqliteDatabase(Database):
    """A file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.url = f"sqlite:///{file}"

    @property
    def file(self) -> Path:
        return self._file

    @contextmanager
    def transaction(self) -> Iterator[Execute]:
        with self._connected() as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            yield lambda sql, params=(): _execute(connection, sql, params)

    @contextmanager
    def locked(self) -> Iterator[None]:
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield

    def rows(self, sql: str, params: Params = ()) -> Rows:
        with closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True, timeout=60)) as connection:
            return _execute(connection, sql, params)

    def seconds_ago(self, seconds: str) -> str:
        return f"strftime('%Y-%m-%d %H:%M:%f', 'now', '-' || ({seconds}) || ' seconds')"

    def damage(self) -> list[str]:
        return [text for (text,) in self.rows("PRAGMA integrity_check") if text != "ok"]

    def remove(self) -> None:
        pass  # its folder goes away

    def backup(self) -> Path:
        """A copy beside it, made as docs/self-hosting.md says."""
        file = self.file.with_name("backup.sqlite3")
        with self._connected() as connection, closing(sqlite3.connect(file)) as copy:
            connection.backup(copy)
        return file

    def _connected(self) -> closing[sqlite3.Connection]:
        return closing(sqlite3.connect(self.file, timeout=60, isolation_level=None))


class PostgresDatabase(Database):
    """A database of a cluster."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self.cluster = cluster
        self.name = name
        self.url = cluster.url(name)

    @contextmanager
    def transaction(self) -> Iterator[Execute]:
        with self.cluster.connect(self.name) as connection, connection.transaction():

            def execute(sql: str, params: Params = ()) -> Rows:
                cursor = connection.execute(sql.encode(), params or None)
                return cursor.fetchall() if cursor.description else []

            yield execute

    @contextmanager
    def locked(self) -> Iterator[None]:
        with self.cluster.connect(self.name) as connection, connection.transaction(force_rollback=True):
            tables = "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE schemaname = 'public'"
            ((names,),) = connection.execute(tables).fetchall()
            connection.execute(f"LOCK TABLE {names} IN EXCLUSIVE MODE".encode())
            yield

    def seconds_ago(self, seconds: str) -> str:
        return f"date_trunc('milliseconds', clock_timestamp() - make_interval(secs => {seconds}))"

    def damage(self) -> list[str]:
        return []

    def remove(self) -> None:
        self.cluster.drop(self.name)


def _execute(connection: sqlite3.Connection, sql: str, params: Params) -> Rows:
    if params:
        sql = re.sub(r"%\((\w+)\)s", r":\1", sql).replace("%s", "?").replace("%%", "%")
    return connection.execute(sql, params).fetchall()


class Templates:
    """Databases that others begin as, by name. `cluster`: on that PostgreSQL; without one they are files."""

    def __init__(self, folder: Path, cluster: Cluster | None) -> None:
        self._folder = folder
        self._cluster = cluster

    @classmethod
    def of_run(cls, run: Path, folder: Path) -> Templates:
        """Those of a run of the tests, on its engine."""
        return cls(folder, Cluster.shared(run) if ENGINE == "postgres" else None)

    def make(self, name: str, fill: Callable[[Database], None], *, of: str | None = None) -> None:
        """Make one. `fill` is given a database with nothing in it, or one that begins as the one it is made `of`."""
        if self._cluster is None:
            file = self._folder / f"{name}.sqlite3"
            if of is not None:
                shutil.copy(self._folder / f"{of}.sqlite3", file)
            fill(SqliteDatabase(file))
            return
        cluster = self._cluster
        cluster.template(name, lambda half: fill(PostgresDatabase(cluster, half)), of=of)

    def new(self, name: str | None, var: Path) -> Database:
        """A database that begins as that one, or with nothing in it. A file is made in `var`."""
        if self._cluster is not None:
            return PostgresDatabase(self._cluster, self._cluster.fresh_database(name or "template0"))
        file = var / "posthorn.sqlite3"
        if name is not None:
            shutil.copy(self._folder / f"{name}.sqlite3", file)
        return SqliteDatabase(file)
