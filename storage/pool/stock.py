"""The stock path: Django's own connections, without our workers. What runs when the workers are switched off."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from channels.db import database_sync_to_async
from django.db import connections, transaction

from storage.connections import DjangoConnection
from storage.engines import Engine
from storage.exceptions import PoolClosed, QueueFull
from storage.pool.tasks import Task, Work
from storage.watch.figures import Figures

T = TypeVar("T")


class StockPath:
    """Reads or writes of one database through `database_sync_to_async`, behind the same bound and the same errors.

    On Channels' own thread, or on threads of its own where the engine does better on several.
    """

    def __init__(self, engine: Engine, *, reading: bool, limit: int) -> None:
        self.name = f"{engine.alias} stock {'reads' if reading else 'writes'}"
        self.figures = Figures(engine.alias, "stock", "read" if reading else "write", engine.words_of)
        self._alias = engine.alias
        self._reading = reading
        self._limit = limit
        self._threads = engine.stock_threads
        self._executor: ThreadPoolExecutor | None = None
        self._on_thread = database_sync_to_async(self._run)
        if self._threads:
            self._executor = ThreadPoolExecutor(self._threads, thread_name_prefix=f"storage {self.name}")
            self._on_thread = database_sync_to_async(self._run, thread_sensitive=False, executor=self._executor)
        self._hops: set[asyncio.Task[Any]] = set()
        self._closed = False

    async def submit(self, work: Work[T], timeout: float | None) -> T:
        """Run the work on a thread and wait for its result, as `storage.pool.workers.Workers.submit` does."""
        if self._closed:
            raise PoolClosed(self.name)
        if len(self._hops) >= self._limit:
            self.figures.count("rejected")
            raise QueueFull(self.name, self._limit)
        task = Task(work, timeout, reading=self._reading)
        # A task of its own, so that a deadline is answered in time though all threads be busy with something else.
        hop = asyncio.ensure_future(self._on_thread(task))
        self._hops.add(hop)
        hop.add_done_callback(lambda _: self._ended(task, hop))
        return await self.figures.watch(task.result())

    @property
    def depth(self) -> int:
        """How many pieces of work are on their way."""
        return len(self._hops)

    async def close(self) -> None:
        """Refuse new work at once and wait for what was accepted."""
        self._closed = True
        await asyncio.gather(*self._hops, return_exceptions=True)
        if self._executor is not None:
            together = Barrier(self._threads)
            leaving = [self._executor.submit(self._leave, together) for _ in range(self._threads)]
            await asyncio.gather(*map(asyncio.wrap_future, leaving))
            self._executor.shutdown()

    def _leave(self, together: Barrier) -> None:
        """Close the connection of a thread that ends; once on each, because all are here together."""
        together.wait()
        connections[self._alias].close()

    def _run(self, task: Task[T]) -> T:
        connection = DjangoConnection(self._alias)
        if self._reading:
            with connection.reading():
                return task.run(connection)
        with transaction.atomic(using=self._alias):
            return task.run(connection)

    def _ended(self, task: Task[T], hop: asyncio.Task[T]) -> None:
        self._hops.discard(hop)
        if hop.cancelled():
            task.future.cancel()
            return
        error = hop.exception()
        self.figures.ran(task, error)
        task.deliver(None if error else hop.result(), error)
