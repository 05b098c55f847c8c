"""SQLite as `storage.engines` asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from storage.engines import WorkerConnection
from storage.exceptions import Unusable
from storage.history import HighWaterMark
from storage.locks import locked
from storage.pool.writer import Writer
from storage.sqlite import health, troubles
from storage.sqlite.checkpointer import Checkpointer
from storage.sqlite.connection import SqliteConnection
from storage.sqlite.file import database_file


@dataclass(frozen=True)
class Engine:
    """One SQLite file."""

    alias: str
    path: str

    is_here = True
    silence = "the disk does not answer"
    stock_threads = 0  # several would only wait for one another's locks

    def prepare(self) -> None:
        """See that there is a file, and take the rights of others from it and what lies beside it."""
        file = database_file(self.path)
        if not Path(self.path).exists():
            raise Unusable(f"There is no database at {self.path}: `manage.py migrate` makes one.")
        file.keep_private()

    @contextmanager
    def migrating(self) -> Iterator[None]:
        """Hold a lock on a file beside it, and make it where there is none."""
        with locked(f"{self.path}-migration", wait=True):
            file = database_file(self.path)
            file.create()
            file.keep_private()
            yield

    def mark_file(self) -> Path:
        """Beside the configured path: a link that leads elsewhere must not lead to another mark."""
        return Path(f"{self.path}-mark")

    def connect(self, *, reading: bool) -> WorkerConnection:
        return SqliteConnection(self.alias, reading=reading)

    def writer(self, *, limit: int) -> Writer:
        return Writer(self, limit=limit)

    def on_change(self, close_idle: Callable[[], None]) -> None:
        database_file(self.path).on_change(close_idle)

    def companion(self, mark: HighWaterMark | None) -> Checkpointer:
        return Checkpointer(self.alias, self.path, mark)

    def ailments(self) -> list[str]:
        return health.ailments(self.alias, self.path)

    def gave_way(self, error: Exception) -> bool:  # noqa: ARG002 - never: one writes at a time
        return False

    def words_of(self, error: BaseException | None) -> str | None:
        return troubles.words_of(error)
