"""Telling a database that cannot be used just now (a full disk, a lost file, a lock) from a mistake of ours."""

from __future__ import annotations

from django.db import DatabaseError, OperationalError

from storage.exceptions import StorageError


def trouble_with_storage(error: BaseException | None) -> BaseException | None:
    """What the database, or the way to it, has reported: the error itself or what led to it. None if it was neither."""
    while error is not None:
        if isinstance(error, OperationalError | StorageError):
            return error
        # SQLite's word for a damaged file. Django raises the same class itself, then without a cause.
        if type(error) is DatabaseError and error.__cause__ is not None:
            return error
        error = error.__cause__ or error.__context__
    return None
