"""What storage counts: for each path and database how much waits, how long things took, and what went wrong.

Kept as plain numbers, because they are counted for every query; `storage.watch.metrics` shows them to Prometheus and
`store.stats()` to code.
"""

from __future__ import annotations

import asyncio
import threading
from bisect import bisect_left
from collections.abc import Awaitable
from typing import Any, TypeVar

from storage.exceptions import QueryTimeout
from storage.pool.tasks import Task
from storage.watch.troubles import Trouble, Words

T = TypeVar("T")

SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500)


class Histogram:
    """How often a value fell into each bucket. `bounds` are the buckets' upper ends; one more holds the rest."""

    __slots__ = ("bounds", "counts", "sum")

    def __init__(self, bounds: tuple[float, ...] = SECONDS) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def observe(self, value: float) -> None:
        """Count one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value

    @property
    def count(self) -> int:
        """How many values were observed."""
        return sum(self.counts)

    def quantile(self, share: float) -> float:
        """An upper estimate: the bound of the bucket in which the value lies that `share` of all do not exceed.

        0 when nothing was observed; infinity beyond the last bound.
        """
        wanted = share * self.count
        seen = 0
        for bound, count in zip(self.bounds, self.counts, strict=False):
            seen += count
            if seen and seen >= wanted:
                return bound
        return float("inf") if self.count else 0.0


class Figures:
    """The figures of one queue: the readers or the writer of a database, or its stock path. Safe from any thread."""

    def __init__(self, database: str, path: str, kind: str, words_of: Words) -> None:
        self.labels = {"database": database, "path": path, "kind": kind}
        self.outcomes = {"done": 0, "failed": 0, "rejected": 0, "timed_out": 0, "cancelled": 0, "interrupted": 0}
        self.wait = Histogram()
        self.run = Histogram()
        self.latency = Histogram()
        self.batch = Histogram(SIZES)
        self.commit = Histogram()
        self.trouble = Trouble(words_of)
        self._lock = threading.Lock()

    def count(self, outcome: str) -> None:
        """Count one of `outcomes`."""
        with self._lock:
            self.outcomes[outcome] += 1

    async def watch(self, result: Awaitable[T]) -> T:
        """Wait for the result and count an awaiter who gives up: by its deadline, or cancelled."""
        try:
            return await result
        except QueryTimeout:
            self.count("timed_out")
            raise
        except asyncio.CancelledError:
            self.count("cancelled")
            raise

    def ran(self, task: Task[Any], error: BaseException | None) -> None:
        """Count a piece of work that a thread is through with. Abandoned work counts as what `watch` said of it."""
        if error is None:
            self.trouble.passed()
        else:
            self.trouble.met(error)
        with self._lock:
            if isinstance(error, QueryTimeout):
                self.outcomes["interrupted"] += 1
            elif not task.abandoned:
                self.outcomes["done" if error is None else "failed"] += 1
                self.wait.observe(task.started - task.created)
                self.run.observe(task.ended - task.started)
                self.latency.observe(task.ended - task.created)

    def committed(self, size: int, seconds: float) -> None:
        """Count a COMMIT of so many pieces; most of its seconds go into syncing the log."""
        with self._lock:
            self.batch.observe(size)
            self.commit.observe(seconds)

    def summary(self) -> dict[str, Any]:
        """For `store.stats()`: the outcomes, and of each duration the median and the 99th percentile in seconds."""
        with self._lock:
            return {
                **self.outcomes,
                "commits": self.commit.count,
                **{
                    f"{name}_{label}": getattr(self, name).quantile(share)
                    for name in ("wait", "run", "latency", "batch", "commit")
                    for label, share in (("p50", 0.5), ("p99", 0.99))
                },
            }
