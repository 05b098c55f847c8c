"""PostgreSQL as one end of a move: everything in one transaction."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import psycopg
from django.contrib.auth import get_user_model
from django.db import DatabaseError, OperationalError

from storage.exceptions import CannotMove
from storage.moving import side
from storage.moving.side import Row
from storage.moving.tables import Column, Table

PATIENT = """
    SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL lock_timeout = '10s';
    SET LOCAL TimeZone = 'UTC'
"""
# What is slow to keep while rows come, and fast to make of all of them: constraints first, for they own indexes.
DERIVED = """
    SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
           format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid)),
           contype = 'f'
    FROM pg_constraint WHERE contype IN ('f', 'u', 'x') AND conrelid = ANY (%s::text[]::regclass[])
    UNION ALL
    SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid), false
    FROM pg_index WHERE indrelid = ANY (%s::text[]::regclass[])
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
    ORDER BY 3 DESC
"""
# Triggers that tell others of a change; those that complete the row itself (BEFORE) stay.
TELLING = """
    SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger
    WHERE NOT tgisinternal AND tgenabled = 'O' AND tgtype & 2 = 0 AND tgrelid = ANY (%s::text[]::regclass[])
"""
TELLING_KEYS = ("23503", "23505")
"""Errors whose details are keys: one that is there twice, one that is not there."""
OTHERS = """
    SELECT count(*), string_agg(DISTINCT nullif(application_name, ''), ', ') FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


class Side(side.Side):
    name = "PostgreSQL"

    def __init__(self, alias: str, settings: dict[str, Any], tables: list[Table]) -> None:
        super().__init__(alias, settings, tables)
        self._derived: list[tuple[str, str, bool]] = []
        self._telling: list[tuple[str, str]] = []  # tables and triggers

    def canonical(self, column: Column) -> str:
        name = self.quoted(column.name)
        if column.kind == "time":
            return f"to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
        return f"{name}::int" if column.kind == "bool" else name

    def in_order(self, column: Column) -> str:
        return self.quoted(column.name) + (' COLLATE "C"' if column.kind == "text" else "")

    def last_id(self, table: Table) -> int:
        sequence = self._sequence(table)
        return int(self.ask(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}")[0][0])

    def size(self) -> int:
        return int(self.ask("SELECT pg_database_size(current_database())")[0][0])

    def words_of(self, error: DatabaseError) -> str:
        cause = error.__cause__
        if not isinstance(cause, psycopg.Error) or not cause.diag.message_primary:
            return " ".join(str(error).split())
        words = [cause.diag.message_primary]
        if cause.sqlstate in TELLING_KEYS:
            words.append(cause.diag.message_detail or "")
        where = re.match("COPY .*, line [0-9]+, column [^:]*", cause.diag.context or "")  # the value comes after it
        return " ".join([*words, f"({where[0]})" if where else ""]).strip()

    # As the source

    def hold(self) -> None:
        self._see_nobody_else()
        self.connection.set_autocommit(False)
        self.ask("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        self.ask(PATIENT)
        try:
            self.ask(f"LOCK TABLE {self._names()} IN SHARE MODE")  # before the first look: that decides what is seen
        except OperationalError as error:
            raise CannotMove(f"Somebody is writing in the database: {error}") from None

    # As the target

    def prepare(self, url: str, size: int) -> str:  # noqa: ARG002 - only the server knows what it has free
        self._see_nobody_else()
        there = set(self.connection.introspection.table_names())
        people = get_user_model()._meta.db_table
        if there and "django_migrations" not in there:
            raise CannotMove("The target is not empty: it has tables of something else.")
        if people in there and self.ask(f"SELECT 1 FROM {self.quoted(people)} LIMIT 1"):
            raise CannotMove("The target is not empty: there are people in it.")
        return url

    def begin(self) -> None:
        self.connection.set_autocommit(False)
        self.ask(PATIENT)
        names = [self.quoted(table.name) for table in self.tables]
        self.ask(f"LOCK TABLE {self._names()} IN ACCESS EXCLUSIVE MODE")
        self._derived = self.ask(DERIVED, [names, names])
        self._telling = self.ask(TELLING, [names])
        for drop, _, _ in self._derived:
            self.ask(drop)
        for table, trigger in self._telling:
            self.ask(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")

    def load(self, table: Table, batches: Iterable[list[Row]]) -> None:
        self.ask(f"DELETE FROM {self.quoted(table.name)}")
        columns = ", ".join(self.quoted(column.name) for column in table.columns)
        statement = f"COPY {self.quoted(table.name)} ({columns}) FROM STDIN"
        errors, connection = self.connection.wrap_database_errors, self.connection
        with errors, connection.cursor() as cursor, cursor.cursor.copy(statement) as copy:
            for batch in batches:
                for row in batch:
                    copy.write_row(row)

    def set_last_id(self, table: Table, number: int) -> None:
        self.ask("SELECT setval(%s, %s, %s)", [self._sequence(table), max(number, 1), number > 0])

    def complete(self) -> None:
        for _, make, _ in reversed(self._derived):
            self.ask(make)
        for table, trigger in self._telling:
            self.ask(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")
        self.ask("ANALYZE")

    def finish(self) -> None:
        self.connection.commit()

    def close(self) -> None:
        with suppress(Exception):
            self.connection.rollback()
        super().close()

    def _names(self) -> str:
        return ", ".join(self.quoted(table.name) for table in self.tables)

    def _sequence(self, table: Table) -> str:
        found: str = self.ask("SELECT pg_get_serial_sequence(%s, %s)", [self.quoted(table.name), table.serial])[0][0]
        return found

    def _see_nobody_else(self) -> None:
        [(count, names)] = self.ask(OTHERS)
        if count:
            who = f" ({names})" if names else ""
            raise CannotMove(
                f"{count} others are connected to the database{who}. Stop the servers, and whoever looks in."
            )
