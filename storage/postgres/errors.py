"""PostgreSQL's errors: which of Django's classes they become, and what they say about the server."""

from __future__ import annotations

from types import TracebackType

import psycopg
from django.db import InternalError, OperationalError
from django.db.utils import DatabaseErrorWrapper

from storage.watch.troubles import DAMAGED

AWAY = "the database server does not answer"
READ_ONLY = "25006"
OLD_PLAN = "0A000"
_GAVE_WAY = {"40001", "40P01"}  # serialization failure, deadlock
_WORDS = {
    READ_ONLY: "the database may only be read",
    "53100": "the database server's disk is full",
    "53200": "the database server is out of memory",
    "53300": "the database server has no connection left",
    "57P01": "the database server is shutting down",
    "57P02": "the database server has crashed",
    "57P03": "the database server is starting",
    "58030": "the database server's disk reports errors",
    "XX001": DAMAGED,
    "XX002": DAMAGED,
}


class Errors(DatabaseErrorWrapper):
    """Django's, but for one thing: what is wrong with the server is an `OperationalError`, whatever it is.

    That a database may only be read, is damaged, or has given up a transaction is an `InternalError` to the driver, the
    class of mistakes of one's own.
    """

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            super().__exit__(kind, error, traceback)
        except InternalError as internal:
            raise OperationalError(*internal.args).with_traceback(traceback) from internal.__cause__


def sqlstate(error: BaseException | None) -> str | None:
    """The server's code of an error with one of Django's classes."""
    cause = error.__cause__ if error is not None else None
    return cause.sqlstate if isinstance(cause, psycopg.Error) else None


def gave_way(error: BaseException) -> bool:
    """Whether a transaction failed only because of another one at the same time."""
    return sqlstate(error) in _GAVE_WAY


def words_of(error: BaseException | None) -> str | None:
    """What this error says about the server; None if nothing."""
    code = sqlstate(error)
    if code is not None:
        return _WORDS.get(code)
    # Without a code it is the driver's own: it cannot connect, or has lost the connection.
    cause = error.__cause__ if error is not None else None
    return AWAY if isinstance(cause, psycopg.OperationalError) else None
