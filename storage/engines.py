"""The seam between storage and the engines it knows: everything that differs by engine is asked here.

An engine is a folder, `storage/sqlite/` or `storage/postgres/`, with the Django backend that `ENGINE` names and a class
`Engine` in its `engine.py`. A database's engine is `engine_of(alias)`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.utils.connection import ConnectionDoesNotExist

from storage.connections import Connection
from storage.exceptions import WorkerDied

if TYPE_CHECKING:
    from types import ModuleType

    from storage.history import HighWaterMark
    from storage.pool.workers import Workers

ENGINES = ("storage.sqlite", "storage.postgres")


class WorkerConnection(Connection):
    """A connection of a worker's own. One thread at a time uses it; only `interrupt` comes from any."""

    broken = False
    """Nothing more can be done with it: another has to take its place."""

    @property
    def outdated(self) -> bool:
        """Whether another has to take its place: it is broken, or what it leads to is not what it should be."""
        raise NotImplementedError

    @property
    def identity(self) -> object:
        """Which of several things that may lie at the same address the database is, where an engine can tell."""
        raise NotImplementedError

    def version(self) -> object:
        """Another value than before if something was committed meanwhile, whoever did."""
        raise NotImplementedError

    def begin(self) -> None:
        """Begin a transaction that writes."""
        raise NotImplementedError

    def commit(self) -> None:
        """End the transaction. What was written is durable, or this raises."""
        raise NotImplementedError

    def rollback(self) -> None:
        """End the transaction as if nothing had happened."""
        raise NotImplementedError

    def failed(self, error: Exception) -> None:
        """Heed what the error of a piece of work says about the connection."""
        self.broken |= isinstance(error, WorkerDied)

    def close(self) -> None:
        """Let go of it. An open transaction is rolled back."""
        raise NotImplementedError


class Companion(Protocol):
    """A thread beside a database that is in use."""

    def close(self) -> None:
        """End it, and wait for its end."""


class Engine(Protocol):
    """One database of the settings, as its engine has it. Equal to another one of the same database."""

    @property
    def alias(self) -> str:
        """Its name in `settings.DATABASES`."""

    @property
    def is_here(self) -> bool:
        """Whether it lies on this machine, so that what ails it ails this machine."""

    @property
    def silence(self) -> str:
        """What is wrong where it does not answer at all, in words for people."""

    @property
    def stock_threads(self) -> int:
        """How many threads of its own the stock path has; 0 where it runs on Channels' own thread."""

    # Before anybody is served

    def prepare(self) -> None:
        """See that it can be used.

        Raises:
            Unusable: it cannot; one line says why.
        """

    def migrating(self) -> AbstractContextManager[None]:
        """Hold off everybody else who would migrate it, and have it ready to be migrated.

        Raises:
            Unusable: it cannot be migrated; one line says why.
        """

    def mark_file(self) -> Path:
        """Where its high-water mark lies."""

    # At work

    def connect(self, *, reading: bool) -> WorkerConnection:
        """A connection of a worker's own. One that is for `reading` refuses writes."""

    def writer(self, *, limit: int) -> Workers:
        """What writes to it; at most `limit` pieces of work wait."""

    def on_change(self, close_idle: Callable[[], None]) -> None:
        """Have this method called, from any thread, when connections that nobody uses are to be closed."""

    def companion(self, mark: HighWaterMark | None) -> Companion | None:
        """Start what has to run beside it while it is used."""

    # When something is wrong

    def ailments(self) -> list[str]:
        """Look at it and say what keeps it from being read or written; on a thread, and it may take long."""

    def gave_way(self, error: Exception) -> bool:
        """Whether a transaction failed only because of others at the same time, so that it is to be run again."""

    def words_of(self, error: BaseException | None) -> str | None:
        """What an error that work met with says about the database itself rather than the work; None if nothing."""


def engine_of(alias: str) -> Engine:
    """The engine of a database of the settings.

    Raises:
        ConnectionDoesNotExist: the settings have no such database.
        ImproperlyConfigured: storage does not know its engine.
    """
    if alias not in connections.settings:
        raise ConnectionDoesNotExist(f"settings.DATABASES has no {alias!r}")
    database = connections.settings[alias]
    engine: Engine = _folder(database["ENGINE"], "engine").Engine(alias, str(database["NAME"]))
    return engine


def words_of_default(module: str) -> ModuleType:
    """`dialect` or `text_search` of the default database's engine."""
    return _folder(connections.settings["default"]["ENGINE"], module)


@cache
def _folder(engine: Any, module: str) -> ModuleType:
    if engine not in ENGINES:
        raise ImproperlyConfigured(f"ENGINE {engine!r} is unknown: storage knows {' and '.join(ENGINES)}")
    return import_module(f"{engine}.{module}")
