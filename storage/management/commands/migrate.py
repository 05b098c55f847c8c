"""`manage.py migrate`: Django's, one process at a time. It makes the database's file where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from storage.sqlite.base import DatabaseWrapper
from storage.sqlite.file import database_file
from storage.sqlite.locks import locked


class Command(migrate.Command):
    def handle(self, *args: Any, database: str, **options: Any) -> Any:
        with _alone(database):
            return super().handle(*args, database=database, **options)


@contextmanager
def _alone(alias: str) -> Iterator[None]:
    """Wait until nobody else migrates this database. Engines other than SQLite have locks of their own for it."""
    connection = connections[alias]
    if not isinstance(connection, DatabaseWrapper):
        yield
        return
    path = str(connection.settings_dict["NAME"])
    with locked(f"{path}-migration", wait=True):
        database_file(path).create()
        yield
