"""The one writer of a SQLite file: whatever waits is committed together, and results leave only after COMMIT."""

from __future__ import annotations

import time
from typing import Any, TypeVar

from django.db import OperationalError

from storage.connections import ROLLED_BACK
from storage.engines import Engine, WorkerConnection
from storage.pool.tasks import Task
from storage.pool.workers import Workers

T = TypeVar("T")

GROUP = 256


class Writer(Workers):
    """Group commit: one transaction for all that waits, a savepoint for each piece.

    A piece that raises is rolled back alone and its error delivered; the others of the group go on. With
    `synchronous=FULL` a delivered result is on the disk.

    SQLite itself rolls back the whole transaction on some errors (an interrupted write, a full disk). Then the
    pieces that had succeeded are run again in a new transaction: work may run more than once before it is committed,
    so it must change nothing but the database.
    """

    kind = "writer"
    reading = False

    def __init__(self, engine: Engine, *, limit: int) -> None:
        super().__init__(engine, threads=1, limit=limit)

    def _work(self, connection: WorkerConnection) -> None:
        # The lock first: what comes in while another process holds it joins the group.
        connection.begin()
        group = [task for task in self._take(GROUP) if not task.abandoned]
        results: list[tuple[Task[Any], Any]] = []
        for position, task in enumerate(group):
            try:
                results.append((task, self._run(connection, task)))
            except Exception as error:  # noqa: BLE001 - it belongs to the awaiter
                self._deliver(task, error=error)
                connection.failed(error)
                if connection.broken or not connection.in_transaction:
                    # All is rolled back, by SQLite or by closing the connection: the others run again.
                    self._put_back([done for done, _ in results] + group[position + 1 :])
                    return
        begun = time.perf_counter()
        try:
            connection.commit()
        except Exception as error:  # noqa: BLE001 - it belongs to the awaiters
            for task, _ in results:
                self._deliver(task, error=error)
        else:
            self.figures.committed(len(results), time.perf_counter() - begun)
            for task, value in results:
                self._deliver(task, value)

    @staticmethod
    def _run(connection: WorkerConnection, task: Task[T]) -> T:
        with connection.savepoint():
            value = task.run(connection)
            if connection.broken:  # and the work went on all the same
                raise OperationalError(ROLLED_BACK)
            return value
