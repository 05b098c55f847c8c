"""Django's SQLite backend for a file that has to be there, and to stay the same one: `ENGINE: "storage.sqlite"`.

A connection never makes a file (`manage.py migrate` does), and a COMMIT succeeds only while the path is the file that
is open (`storage.sqlite.file`). So it is for the workers, for the stock path, and for every view and command.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from django.db import OperationalError, transaction
from django.db.backends.sqlite3 import base

from storage.connections import Cursor
from storage.sql import Params
from storage.sqlite.file import DatabaseFile, Identity, database_file


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection. `generation` is that of the file when it was opened."""

    file: DatabaseFile
    identity: Identity | None = None
    generation = 0

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open the file that lies at the path.

        Raises:
            FileLost: there is none.
        """
        self.file = database_file(str(conn_params["database"]))
        identity, generation = self.file.enter()
        raw = None
        try:
            raw = super().get_new_connection({**conn_params, "database": f"file:{quote(self.file.path)}?mode=rw"})
            self.file.entered(identity)
        except BaseException:
            if raw is not None:
                raw.close()
            self.file.left(generation)
            raise
        self.identity, self.generation = identity, generation
        return raw

    def check_file(self) -> None:
        """Raise `FileLost` unless the path still is the file that is open."""
        if self.identity is not None:
            self.file.check(self.identity)

    @property
    def outdated(self) -> bool:
        """Whether the connection has to be replaced: another file lies at the path, or all are to be made anew."""
        return self.generation != self.file.generation

    def ensure_connection(self) -> None:
        """Have an open connection (Django's own part), a new one in place of an outdated one."""
        if self.connection is not None and self.outdated and not self.in_atomic_block:
            self.close()
        super().ensure_connection()

    def _start_transaction_under_autocommit(self) -> None:
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except OperationalError as error:
            if "readonly" in str(error):
                self.file.renew()  # it may be writable again by now, which these connections would not notice
            raise

    def _commit(self) -> None:
        self.check_file()
        super()._commit()  # type: ignore[misc]
        self.check_file()

    def _close(self) -> None:
        super()._close()  # type: ignore[misc]
        if self.identity is not None:
            self.identity = None
            self.file.left(self.generation)

    # What `storage.connections.DjangoConnection` stands on

    def run(self, sql: str, params: Params) -> Cursor:
        """Run a statement of one's own."""
        cursor: Any = self.cursor()
        try:
            cursor.execute(sql, params)
        except BaseException:
            # The error's traceback would keep it open. Collected on any thread, it would reset the statement, which
            # may be running again by then, and wait for it with the interpreter lock held: everything stands still.
            cursor.close()
            raise
        return cursor  # type: ignore[no-any-return]

    @property
    def in_transaction(self) -> bool:
        """False after SQLite has rolled back the whole transaction by itself."""
        raw: Any = self.connection
        return bool(raw.in_transaction)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All statements within see the database as the first of them found it."""
        if self.in_atomic_block:
            with transaction.atomic(using=self.alias):
                yield
            return
        raw: Any = self.connection
        with self.wrap_database_errors:  # not `atomic`: its transactions are immediate, that is, they write
            raw.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            if raw.in_transaction:
                raw.execute("ROLLBACK")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Refuse writes meanwhile."""
        raw: Any = self.connection
        raw.execute("PRAGMA query_only = ON")
        try:
            yield
        finally:
            raw.execute("PRAGMA query_only = OFF")

    def interrupt(self) -> None:
        """Stop the statement that is running, from another thread."""
        if self.connection is not None:
            self.connection.interrupt()

    def settle(self) -> None:
        """An interruption is never on its way."""
