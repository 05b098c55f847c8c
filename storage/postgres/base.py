"""Django's PostgreSQL backend for whoever must know whether a COMMIT holds: `ENGINE: "storage.postgres"`.

It is for the workers, for the stock path, and for every view and command.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import OperationalError, transaction
from django.db.backends.postgresql import base
from django.utils.functional import cached_property
from psycopg.pq import TransactionStatus
from psycopg.types.string import TextLoader

from storage.connections import ROLLED_BACK, Cursor
from storage.exceptions import OutcomeUnknown
from storage.postgres.cancel import Canceller
from storage.postgres.errors import Errors
from storage.sql import Params

SNAPSHOT = "ISOLATION LEVEL REPEATABLE READ READ ONLY"
# A server that is gone without a word must be found out: libpq would wait for a quarter of an hour.
PATIENCE = {
    "connect_timeout": "3",
    "tcp_user_timeout": "10000",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "application_name": "posthorn",
}


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection."""

    canceller: Canceller | None = None
    _warned: str | None = None

    def get_connection_params(self) -> dict[str, Any]:
        """Django's, with less patience where the settings say nothing."""
        return {**PATIENCE, **super().get_connection_params()}

    def connect(self) -> None:
        """Connect and set up the session; where the latter fails there is no connection."""
        try:
            super().connect()
        except BaseException:
            self.close()
            raise

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open one."""
        raw: psycopg.Connection[Any] = super().get_new_connection(conn_params)
        raw.adapters.register_loader("json", TextLoader)  # JSON travels as it is; Django says so for jsonb
        raw.add_notice_handler(self._hear)
        self.canceller = Canceller(raw)
        return raw

    def _hear(self, notice: psycopg.errors.Diagnostic) -> None:
        if notice.severity_nonlocalized == "WARNING":
            self._warned = notice.message_primary

    @cached_property
    def wrap_database_errors(self) -> Errors:
        """Django's name for what turns the driver's errors into its own."""
        return Errors(self)

    def _commit(self) -> None:
        self.check_commit(lambda: super(DatabaseWrapper, self)._commit())  # type: ignore[misc]

    def check_commit(self, commit: Any) -> None:
        """Commit by this function, and see that it holds.

        Raises:
            OperationalError: an earlier error has undone the transaction; COMMIT would succeed and keep nothing.
            OutcomeUnknown: the connection was lost meanwhile, or the server did not wait for its standby.
        """
        raw: Any = self.connection
        if raw is not None and raw.info.transaction_status == TransactionStatus.INERROR:
            raise OperationalError(ROLLED_BACK)
        self._warned = None
        try:
            commit()
        except OperationalError as error:
            if raw is not None and raw.closed:
                raise OutcomeUnknown("the connection was lost during COMMIT") from error.__cause__
            raise
        if self._warned is not None:
            raise OutcomeUnknown(f"COMMIT came with a warning: {self._warned}")

    def _close(self) -> None:
        if self.canceller is not None:
            self.canceller.close()
            self.canceller = None
        super()._close()  # type: ignore[misc]

    # What `storage.connections.DjangoConnection` stands on

    def run(self, sql: str, params: Params) -> Cursor:
        """Run a statement of one's own. Its parameters are the server's to put in, as on the workers."""
        cursor = psycopg.Cursor(self.connection)
        cursor.execute(sql, params)
        return cursor

    @property
    def in_transaction(self) -> bool:
        """False after an error that undid the transaction."""
        raw: Any = self.connection
        return bool(raw.info.transaction_status in {TransactionStatus.IDLE, TransactionStatus.INTRANS})

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Refuse writes meanwhile; all statements within see the database as the first of them found it."""
        with transaction.atomic(using=self.alias):
            with self.wrap_database_errors:
                self.run(f"SET TRANSACTION {SNAPSHOT}", ()).close()
            yield

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All statements within see the database as the first of them found it."""
        if self.in_atomic_block:
            yield  # `reading` has seen to it
            return
        with self.reading():
            yield

    def interrupt(self) -> None:
        """Have the statement that is running stopped, from another thread."""
        if self.canceller is not None:
            self.canceller.cancel()

    def settle(self) -> None:
        """Wait until no interruption is on its way any more."""
        if self.canceller is not None:
            self.canceller.settle()
