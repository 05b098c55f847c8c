"""A worker's own connection to PostgreSQL."""

from __future__ import annotations

import select
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, cast

import psycopg
from django.db import DataError, OperationalError, connections
from psycopg.pq import ExecStatus, TransactionStatus

from storage.connections import ROLLED_BACK, Cursor, check
from storage.decoding import decode
from storage.engines import WorkerConnection
from storage.exceptions import OutcomeUnknown
from storage.postgres.base import SNAPSHOT
from storage.postgres.errors import OLD_PLAN, READ_ONLY, sqlstate
from storage.sql import Params

if TYPE_CHECKING:
    from storage.postgres.base import DatabaseWrapper

_TEXTS = {psycopg.adapters.types[name].oid for name in ("json", "jsonb", "text", "varchar")}
PREPARED = 500  # statements that the server keeps planned for each connection

# A machine that is gone in the middle of a transaction must not hold the locks that it took there.
_SESSION = {
    "idle_in_transaction_session_timeout": "30s",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10s",
}
_READING = {"default_transaction_read_only": "on"}
# What is written is looked up by indexes. A plan that was made while a table was small (the server's own, for a foreign
# key, is one) would read all of it until autovacuum comes by: it grows by a thousand rows a second.
_WRITING = {"default_transaction_read_only": "off", "enable_seqscan": "off", "jit": "off"}


class PostgresConnection(WorkerConnection):
    """A PostgreSQL connection of a worker's own, opened exactly as Django opens one for this alias.

    Parameters are the server's to put in, and every statement is planned once.
    """

    def __init__(self, alias: str, *, reading: bool) -> None:
        self._wrapper = cast("DatabaseWrapper", connections.create_connection(alias))
        self._wrapper.inc_thread_sharing()
        self._errors = self._wrapper.wrap_database_errors
        self._reading = reading
        with self._errors:
            self._wrapper.connect()
            self.raw: psycopg.Connection[Any] = self._wrapper.connection
            try:
                self._arrive = select.poll()
                self._arrive.register(self.raw.pgconn.socket, select.POLLIN)
                self.raw.cursor_factory = psycopg.Cursor
                self._set({**_SESSION, **(_READING if reading else _WRITING)})
                self.raw.prepare_threshold = 0
                self.raw.prepared_max = PREPARED
            except BaseException:
                self.close()
                raise

    def _set(self, session: dict[str, str]) -> None:
        calls = ", ".join(["set_config(%s, %s, false)"] * len(session))
        self.raw.execute(f"SELECT {calls}", [part for item in session.items() for part in item])

    @property
    def outdated(self) -> bool:
        """Whether another has to take its place. Between two pieces of work a server says nothing but farewell."""
        return self.broken or self.raw.closed or bool(self._arrive.poll(0))

    @property
    def identity(self) -> None:
        """PostgreSQL has nothing that tells one copy of a database from another."""

    def version(self) -> object:
        return self.fetch_value("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")

    def _run(self, sql: str, params: Params) -> Cursor:
        if self.broken or self.raw.info.transaction_status == TransactionStatus.INERROR:
            raise OperationalError(ROLLED_BACK)
        return self.raw.execute(sql, params)

    def fetch_json(self, sql: str, params: Params = ()) -> str:
        check(sql, params)
        with self._errors, closing(self._run(sql, params)) as cursor:
            result = cast("psycopg.Cursor[Any]", cursor).pgresult
            if result is None or not result.ntuples:
                return "null"
            if result.ftype(0) not in _TEXTS:
                raise DataError("fetch_json wants a statement that yields JSON text")
            text = result.get_value(0, 0)  # not through the driver, which would decode it with everybody else waiting
            return "null" if text is None else decode(text)

    def control(self, statement: str) -> None:
        """Run COMMIT, SAVEPOINT and the like; failures carry Django's classes."""
        with self._errors:
            # Past the driver's cursor, which takes longer to make than the server takes for these.
            result = self.raw.pgconn.exec_(statement.encode())
            if result.status == ExecStatus.COMMAND_OK:
                return
            if self.raw.closed:
                raise psycopg.OperationalError(result.get_error_message("utf-8"))
            raise psycopg.errors.error_from_result(result)

    def begin(self) -> None:
        self.control("BEGIN")

    def commit(self) -> None:
        try:
            self._wrapper.check_commit(lambda: self.control("COMMIT"))
        except OutcomeUnknown:
            raise
        except Exception:
            if not self.raw.closed and self.raw.info.transaction_status != TransactionStatus.IDLE:
                self.rollback()
            raise

    def rollback(self) -> None:
        self.control("ROLLBACK")

    def failed(self, error: Exception) -> None:
        super().failed(error)
        # A server that has become a standby: another one may be the one to write to by now. A plan that is out of date:
        # somebody has altered a table.
        self.broken |= sqlstate(error) in ({OLD_PLAN} if self._reading else {OLD_PLAN, READ_ONLY})

    @property
    def in_transaction(self) -> bool:
        return bool(self.raw.info.transaction_status == TransactionStatus.INTRANS)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        self.control("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if not self.broken and not self.raw.closed:
                self.control("ROLLBACK TO part")
                self.control("RELEASE part")
            raise
        else:
            self.control("RELEASE part")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        self.control(f"BEGIN {SNAPSHOT}")
        try:
            yield
        finally:
            if not self.broken and not self.raw.closed:
                self.control("COMMIT")  # of what has failed as well; after ROLLBACK the driver would plan all anew

    def interrupt(self) -> None:
        self._wrapper.interrupt()

    def settle(self) -> None:
        self._wrapper.settle()

    def close(self) -> None:
        self._wrapper.close()
