"""PostgreSQL as `storage.engines` asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import DatabaseError

from storage.engines import WorkerConnection
from storage.history import HighWaterMark
from storage.pool.writers import Writers
from storage.postgres import errors, requirements
from storage.postgres.connection import PostgresConnection
from storage.postgres.keeper import Keeper

MIGRATING = 0x706F7374686F726E  # "posthorn": the lock's number, the same for all that would migrate
WRITERS = 4


@dataclass(frozen=True)
class Engine:
    """One PostgreSQL database."""

    alias: str
    name: str

    is_here = False
    silence = errors.AWAY
    stock_threads = 4

    def prepare(self) -> None:
        """See that it lets itself be used, and every table be read and written."""
        with closing(requirements.connect(self.alias)) as connection:
            requirements.see_that_it_can_be_used(connection)

    @contextmanager
    def migrating(self) -> Iterator[None]:
        """Hold a lock of the server's, on a connection of its own: it goes with whoever holds it."""
        with closing(requirements.connect(self.alias)) as connection:
            connection.fetch_value("SELECT pg_advisory_lock(%s)", [MIGRATING])
            requirements.see_that_it_can_be_migrated(connection)
            yield

    def mark_file(self) -> Path:
        """Among what this machine keeps, named after the database and not after its host, which changes."""
        return Path(settings.VAR_DIR) / f"{quote(self.name, safe='')}.postgres-mark"

    def connect(self, *, reading: bool) -> WorkerConnection:
        return PostgresConnection(self.alias, reading=reading)

    def writer(self, *, limit: int) -> Writers:
        return Writers(self, threads=WRITERS, limit=limit)

    def on_change(self, close_idle: Callable[[], None]) -> None:
        """Nothing changes beneath a connection but that it is lost, which it notices."""

    def companion(self, mark: HighWaterMark | None) -> Keeper | None:
        return None if mark is None else Keeper(self.alias, mark)

    def ailments(self) -> list[str]:
        """Connect afresh, and ask whether the server may be written to."""
        try:
            with closing(PostgresConnection(self.alias, reading=False)) as connection:
                only_read = connection.fetch_value(
                    "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean"
                )
        except DatabaseError as error:
            return [self.words_of(error) or "the database cannot be read"]
        return ["the database may only be read"] if only_read else []

    def gave_way(self, error: Exception) -> bool:
        return errors.gave_way(error)

    def words_of(self, error: BaseException | None) -> str | None:
        return errors.words_of(error)
