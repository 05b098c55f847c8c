"""`manage.py migrate`: Django's, one process at a time. It makes a SQLite file where there is none."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, ProgrammingError

from storage.engines import engine_of
from storage.exceptions import Unusable
from storage.store import store


class Command(migrate.Command):
    def handle(self, *args: Any, database: str, **options: Any) -> Any:
        try:
            with engine_of(database).migrating():
                self._look_at_history(database, trust=False)
                done = super().handle(*args, database=database, **options)
                self._look_at_history(database, trust=True)  # a table that is written anew counts from its highest row
                return done
        except Unusable as error:
            raise CommandError(str(error)) from None

    @staticmethod
    def _look_at_history(database: str, *, trust: bool) -> None:
        with suppress(OperationalError, ProgrammingError):  # there are no tables yet
            store.look_at_history(database, trust=trust)
