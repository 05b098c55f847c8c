"""Several writers of one database, for an engine that commits many transactions at a time."""

from __future__ import annotations

import random
import time
from typing import Any

from storage.engines import WorkerConnection
from storage.pool.tasks import Task
from storage.pool.workers import Workers

ATTEMPTS = 6
PAUSE_SECONDS = 0.005


class Writers(Workers):
    """Each piece of work is a transaction of its own; the server syncs its log once for all that commit together.

    A piece that the server gave up, because it and another one waited for each other, say, runs again: work may run
    more than once before it is committed, so it must change nothing but the database.
    """

    kind = "writer"
    reading = False

    def _work(self, connection: WorkerConnection) -> None:
        for task in self._take(1):
            for attempt in range(1, ATTEMPTS + 1):
                if task.abandoned:
                    break
                try:
                    value = self._commit(connection, task)
                except Exception as error:  # noqa: BLE001 - it belongs to the awaiter
                    connection.failed(error)
                    if attempt < ATTEMPTS and not connection.outdated and self._engine.gave_way(error):
                        time.sleep(random.uniform(0, PAUSE_SECONDS * attempt))  # noqa: S311 - lest they meet again
                        continue
                    self._deliver(task, error=error)
                else:
                    self._deliver(task, value)
                break

    def _commit(self, connection: WorkerConnection, task: Task[Any]) -> Any:
        try:
            value = task.run(connection, first=connection.begin)
        except BaseException:
            if not connection.outdated:
                connection.rollback()
            raise
        begun = time.perf_counter()
        connection.commit()
        self.figures.committed(1, time.perf_counter() - begun)
        return value
