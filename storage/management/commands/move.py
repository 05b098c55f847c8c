"""`manage.py move --to URL`: this installation into an empty database of the other engine."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

from storage.connections import DjangoConnection
from storage.engines import engine_of
from storage.exceptions import StorageError
from storage.history import HighWaterMark, History
from storage.moving.move import move
from storage.moving.progress import Progress
from storage.moving.side import Side, side_of
from storage.moving.tables import Table, all_tables
from storage.store import store


class Command(BaseCommand):
    help = (
        "Copy this installation, the database of DATABASE_URL, into an empty database of the other engine."
        " Nothing may use either of the two meanwhile."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--to",
            metavar="URL",
            required=True,
            help="as DATABASE_URL: postgres://USER@HOST/NAME, or sqlite:////PATH for a file that is not there yet",
        )

    def handle(self, *, to: str, **_: Any) -> None:
        connections.close_all()  # nobody may use the source but this command, by a connection of its own
        history = store.history()
        tables = all_tables(besides=history.marks)
        source = side_of("source", connections.settings["default"], tables)
        target = self._target(to, tables)
        if source.name == target.name:
            raise CommandError(f"Both are {source.name}. From one to another of the same kind go copies and backups.")
        try:
            self._move(source, target, to, history)
        except StorageError as error:
            raise CommandError(str(error)) from None
        except DatabaseError as error:
            side = target if target.raised(error) else source
            where = " ".join(getattr(error, "__notes__", []))
            raise CommandError(f"{side.name}: {side.words_of(error)} {where}".strip()) from None
        except KeyboardInterrupt:
            raise CommandError("Stopped. Nothing has been moved.") from None
        finally:
            target.close()
            source.close()
        self.stdout.write(
            "Set DATABASE_URL to where it is now, and start the server. What it was moved from is as it was:"
            " keep it as a backup, and let no server run on it any more."
        )

    @staticmethod
    def _target(url: str, tables: list[Table]) -> Side:
        try:
            return side_of("target", settings.DATABASE_OF_URL(url), tables)
        except (ValueError, ImproperlyConfigured) as error:
            raise CommandError(f"--to cannot be understood: {error}") from None

    def _move(self, source: Side, target: Side, url: str, history: History) -> None:
        began = time.monotonic()
        source.hold()
        executor = MigrationExecutor(source.connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError("The source is of an older version: `manage.py migrate` brings it up to date.")
        _migrate(target.prepare(url, source.size()))
        position = history.position(DjangoConnection("source"))
        rows = move(source, target, history.parts, Progress(sys.stdout))
        HighWaterMark(engine_of("target").mark_file(), history).set(position)
        self.stdout.write(f"{rows:,} rows are in {target.name}, compared, after {time.monotonic() - began:.0f} s.")


def _migrate(url: str) -> None:
    """Have the tables made, by a process for which the target is the database."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "--verbosity", "0"]
    done = subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, capture_output=True, text=True, check=False)
    if done.returncode:
        last = done.stderr.strip().rpartition("\n")[2]
        raise CommandError(f"The target cannot be migrated: {last.removeprefix('CommandError: ')}")
