"""`manage.py migrate`: Django's, one process at a time. It makes the database's file where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.core.management.commands import migrate
from django.db import OperationalError, connections

from storage.sqlite.base import DatabaseWrapper
from storage.sqlite.file import database_file
from storage.sqlite.locks import locked
from storage.store import store


class Command(migrate.Command):
    def handle(self, *args: Any, database: str, **options: Any) -> Any:
        with _alone(database):
            self._look_at_history(database, trust=False)
            done = super().handle(*args, database=database, **options)
            self._look_at_history(database, trust=True)  # a table that is written anew counts from its highest row
            return done

    @staticmethod
    def _look_at_history(database: str, *, trust: bool) -> None:
        with suppress(OperationalError):  # there are no tables yet
            store.look_at_history(database, trust=trust)


@contextmanager
def _alone(alias: str) -> Iterator[None]:
    """Wait until nobody else migrates this database. Engines other than SQLite have locks of their own for it."""
    connection = connections[alias]
    if not isinstance(connection, DatabaseWrapper):
        yield
        return
    path = str(connection.settings_dict["NAME"])
    with locked(f"{path}-migration", wait=True):
        file = database_file(path)
        file.create()
        file.keep_private()
        yield
