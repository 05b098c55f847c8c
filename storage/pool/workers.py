"""A bounded queue in front of a few threads, each with a connection in its hand."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from channels.db import database_sync_to_async

from storage.engines import Engine, WorkerConnection
from storage.exceptions import PoolClosed, QueueFull, WorkerDied
from storage.pool.tasks import Task, Work
from storage.watch.figures import Figures

logger = logging.getLogger("storage")

T = TypeVar("T")


class Workers:
    """Run work for one database on at most `threads` threads; at most `limit` pieces wait.

    A hop into a thread costs as much as ten point queries, so it is paid once per *busy period*: a thread that was
    woken takes work until none is left. `Readers` and `Writer` say how it takes it.
    """

    kind = "workers"
    reading = True

    def __init__(self, engine: Engine, *, threads: int, limit: int) -> None:
        self.name = f"{engine.alias} {self.kind}"
        self.figures = Figures(engine.alias, "workers", "read" if self.reading else "write", engine.words_of)
        self._engine = engine
        self._threads = threads
        self._limit = limit
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=f"storage {self.name}")
        self._changed = threading.Condition()
        self._queue: OrderedDict[int, Task[Any]] = OrderedDict()
        self._starting: dict[object, asyncio.AbstractEventLoop] = {}
        self._running = 0
        self._idle: list[WorkerConnection] = []
        self._closed = False
        engine.on_change(self._close_outdated)

    async def submit(self, work: Work[T], timeout: float | None) -> T:
        """Queue the work and wait for its result.

        Raises:
            QueueFull, PoolClosed: at once; nothing was started.
            QueryTimeout: `timeout` seconds have passed.
            WorkerDied, and whatever the work raises.
        """
        task = Task(work, timeout, reading=self.reading)
        with self._changed:
            if self._closed:
                raise PoolClosed(self.name)
            if len(self._queue) >= self._limit:
                self.figures.count("rejected")
                raise QueueFull(self.name, self._limit)
            self._queue[id(task)] = task
            self._wake()
        try:
            return await self.figures.watch(task.result())
        finally:
            if not task.taken:  # cancelled, or past its deadline, while it waited: give the slot back
                with self._changed:
                    self._queue.pop(id(task), None)

    @property
    def depth(self) -> int:
        """How many pieces of work wait."""
        return len(self._queue)

    async def close(self) -> None:
        """Refuse new work at once, finish what was accepted, then close the connections."""
        with self._changed:
            self._closed = True
        await asyncio.get_running_loop().run_in_executor(None, self._finish)

    def _finish(self) -> None:
        with self._changed:
            if self._queue:  # perhaps of a loop that ended before its start reached the thread
                self._executor.submit(self._drain, object())
            self._changed.wait_for(lambda: not self._queue and not self._running)
        self._executor.shutdown()
        while self._idle:
            self._idle.pop().close()

    # Starting threads. All of this under the lock.

    def _wake(self) -> None:
        for token, loop in list(self._starting.items()):
            if loop.is_closed():  # it ended before its start reached the thread
                del self._starting[token]
        # Starts of other loops do not count: a loop may end before its start has reached the thread.
        here = asyncio.get_running_loop()
        starting = sum(loop is here for loop in self._starting.values())
        if self._running + starting >= min(self._threads, self._running + len(self._queue)):
            return
        token = object()
        drain = database_sync_to_async(self._drain, thread_sensitive=False, executor=self._executor)
        start = asyncio.ensure_future(drain(token))
        self._starting[token] = start.get_loop()
        start.add_done_callback(lambda _: self._start_ended(token))

    def _start_ended(self, token: object) -> None:
        with self._changed:
            if self._starting.pop(token, None) is not None and self._queue:
                self._executor.submit(self._drain, object())  # cancelled before it began; the work must not wait

    # On the threads.

    def _drain(self, token: object) -> None:
        with self._changed:
            self._starting.pop(token, None)
            self._running += 1
            connection = self._idle.pop() if self._idle else None
        while self._more():
            if connection is not None and connection.outdated:
                self._discard(connection)
                connection = None
            try:
                if connection is None:
                    connection = self._engine.connect(reading=self.reading)
                self._work(connection)
            except BaseException as error:  # noqa: BLE001 - about the connection, not one piece of work: all learn of it
                failure = error if isinstance(error, Exception) else WorkerDied(f"a thread of the {self.name}", error)
                for task in self._take(self._limit):
                    self._deliver(task, error=failure)
                self._discard(connection)
                connection = None
        with self._changed:
            if connection is not None:
                self._idle.append(connection)
            self._running -= 1
            if self._queue:
                self._executor.submit(self._drain, object())
            self._changed.notify_all()
        self._close_outdated()

    def _close_outdated(self) -> None:
        with self._changed:
            outdated = [connection for connection in self._idle if connection.outdated]
            self._idle = [connection for connection in self._idle if connection not in outdated]
        for connection in outdated:
            self._discard(connection)

    def _work(self, connection: WorkerConnection) -> None:
        """Take some work from the queue and do it."""
        raise NotImplementedError

    def _more(self) -> bool:
        with self._changed:
            return bool(self._queue)

    def _take(self, most: int) -> list[Task[Any]]:
        with self._changed:
            tasks = [self._queue.popitem(last=False)[1] for _ in range(min(most, len(self._queue)))]
        for task in tasks:
            task.taken = True
        return tasks

    def _put_back(self, tasks: list[Task[Any]]) -> None:
        with self._changed:
            for task in reversed(tasks):
                task.taken = False
                self._queue[id(task)] = task
                self._queue.move_to_end(id(task), last=False)

    def _deliver(self, task: Task[T], value: T | None = None, error: BaseException | None = None) -> None:
        self.figures.ran(task, error)
        task.deliver(value, error)

    def _discard(self, connection: WorkerConnection | None) -> None:
        if connection is not None:
            try:
                connection.close()
            except Exception:
                logger.warning("%s: a broken connection could not be closed", self.name, exc_info=True)


class Readers(Workers):
    """Reads, `threads` at a time. Every connection refuses writes."""

    kind = "readers"

    def _work(self, connection: WorkerConnection) -> None:
        # One at a time: a slow read holds up nobody but its own thread.
        for task in self._take(1):
            if task.abandoned:
                continue
            try:
                value = task.run(connection)
            except Exception as error:  # noqa: BLE001 - it belongs to the awaiter
                connection.failed(error)
                self._deliver(task, error=error)
            else:
                self._deliver(task, value)
