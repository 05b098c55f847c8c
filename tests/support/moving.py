"""Installations that are moved from one engine to the other, and what they hold before and after."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from storage.moving.tables import Table, all_tables
from tests.support.databases import Database, PostgresDatabase
from tests.support.environment import environment, manage
from tests.support.postgres import Cluster
from tests.support.process import RUN

MARKS = {"chat_revision"}  # each database marks its own changes


@contextmanager
def empty_postgres() -> Iterator[PostgresDatabase]:
    """An empty PostgreSQL database, whatever engine this run of the tests is about."""
    cluster = Cluster.shared(RUN)
    database = PostgresDatabase(cluster, cluster.fresh_database())
    yield database
    database.remove()


def move(source: Database, to: str, var: Path) -> subprocess.CompletedProcess[str]:
    """Run `manage.py move` to its end. `var` is the installation's VAR_DIR."""
    return manage("move", "--to", to, env=environment(var, DATABASE_URL=source.url))


def refusal(source: Database, to: str, var: Path) -> str:
    """The one line with which a move is refused."""
    done = move(source, to, var)
    assert done.returncode == 1, done.stdout
    (line,) = done.stderr.strip().splitlines()
    return line


def contents(database: Database) -> dict[str, list[Any]]:
    """All rows of all tables that models have, each value in the words of Python."""
    return {table.name: sorted(_rows(database, table), key=str) for table in all_tables(besides=MARKS)}


def _rows(database: Database, table: Table) -> Iterator[list[Any]]:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    for row in database.rows(f"SELECT {columns} FROM {table.name}"):  # noqa: S608 - names of models
        yield [_value(value, column.kind) for value, column in zip(row, table.columns, strict=True)]


def _value(value: Any, kind: str) -> Any:
    if kind == "time" and value is not None:
        value = datetime.fromisoformat(value) if isinstance(value, str) else value
        return value.replace(tzinfo=None)
    return bool(value) if kind == "bool" else value
