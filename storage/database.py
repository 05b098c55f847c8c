"""One database in use: its two paths, what runs beside it, and how it is."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import NamedTuple

from django.conf import settings

from storage.engines import Companion, Engine
from storage.history import HighWaterMark, History
from storage.pool.stock import StockPath
from storage.pool.workers import Readers, Workers
from storage.watch.health import Health, met


class Path(NamedTuple):
    """What takes reads and what takes writes."""

    reads: Workers | StockPath
    writes: Workers | StockPath


class Database:
    """Starts nothing before it is used."""

    def __init__(self, engine: Engine, history: History | None) -> None:
        self._engine = engine
        self._history = history
        self._paths: dict[bool, Path] = {}
        self._companion: Companion | None = None
        self._health = Health(engine)

    def path(self, *, on_workers: bool) -> Path:
        """The workers or the stock path."""
        self.start()
        if on_workers not in self._paths:
            self._paths[on_workers] = self._workers() if on_workers else self._stock()
        return self._paths[on_workers]

    def start(self) -> None:
        """Have what runs beside it run, if it does not yet."""
        if self._companion is None:
            self._companion = self._engine.companion(self._mark())

    def _workers(self) -> Path:
        limit = settings.STORAGE_MAX_QUEUE_SIZE
        readers = Readers(self._engine, threads=settings.STORAGE_WORKER_COUNT, limit=limit)
        return Path(readers, self._engine.writer(limit=limit))

    def _stock(self) -> Path:
        limit = settings.STORAGE_MAX_QUEUE_SIZE
        return Path(
            StockPath(self._engine, reading=True, limit=limit), StockPath(self._engine, reading=False, limit=limit)
        )

    def _mark(self) -> HighWaterMark | None:
        return None if self._history is None else HighWaterMark(self._engine.mark_file(), self._history)

    def look_at_history(self, *, trust: bool) -> None:
        """As `Store.look_at_history`."""
        mark = self._mark()
        if mark is not None:
            with closing(self._engine.connect(reading=False)) as connection:
                if trust:
                    mark.take(connection)
                else:
                    mark.look(connection, wait=True)

    async def health(self) -> list[str]:
        """As `Store.health`."""
        reasons = met([queue.figures for queue in self.queues()]) + await self._health.ask()
        return list(dict.fromkeys(reasons))

    def queues(self) -> list[Workers | StockPath]:
        """The queues in use."""
        return [queue for path in list(self._paths.values()) for queue in path]

    async def close(self) -> None:
        """Finish what was accepted, and end every thread."""
        await asyncio.gather(*(queue.close() for queue in self.queues()))
        if self._companion is not None:
            await asyncio.to_thread(self._companion.close)
