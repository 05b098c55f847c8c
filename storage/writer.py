"""The one writer of a database file: whatever waits is committed together, and results leave only after COMMIT."""

from __future__ import annotations

import time
from typing import Any

from storage.connections import WorkerConnection
from storage.exceptions import WorkerDied
from storage.tasks import Task
from storage.workers import Workers

GROUP = 256


class Writer(Workers):
    """Group commit: one `BEGIN IMMEDIATE` ... `COMMIT` for all that waits, a savepoint for each piece.

    A piece that raises is rolled back alone and its error delivered; the others of the group go on. With
    `synchronous=FULL` a delivered result is on the disk.

    SQLite itself rolls back the whole transaction on some errors (an interrupted write, a full disk). Then the
    pieces that had succeeded are run again in a new transaction: work may run more than once before it is committed,
    so it must change nothing but the database.
    """

    kind = "writer"
    reading = False

    def _work(self, connection: WorkerConnection) -> None:
        # The lock first: what comes in while another process holds it joins the group.
        connection.control("BEGIN IMMEDIATE")
        group = self._commit(connection, [task for task in self._take(GROUP) if not task.abandoned])
        while group:
            try:
                connection.control("BEGIN IMMEDIATE")
            except Exception as error:
                for task in group:
                    self._deliver(task, error=error)
                raise
            group = self._commit(connection, group)

    def _commit(self, connection: WorkerConnection, group: list[Task]) -> list[Task]:
        """Run the group in the open transaction and commit it; return what SQLite rolled back and must run again."""
        results: list[tuple[Task, Any]] = []
        for position, task in enumerate(group):
            try:
                with connection.savepoint():
                    value = task.run(connection)
            except Exception as error:  # noqa: BLE001 - it belongs to the awaiter
                self._deliver(task, error=error)
                connection.broken = connection.broken or isinstance(error, WorkerDied)
                if not connection.in_transaction:
                    return [done for done, _ in results] + group[position + 1 :]
            else:
                results.append((task, value))
        begun = time.perf_counter()
        try:
            connection.control("COMMIT")
        except Exception as error:  # noqa: BLE001 - it belongs to the awaiters
            if connection.in_transaction:
                connection.control("ROLLBACK")
            for task, _ in results:
                self._deliver(task, error=error)
        else:
            self.figures.committed(len(results), time.perf_counter() - begun)
            for task, value in results:
                self._deliver(task, value)
        return []
