"""A rollout that watches itself: raise a flag in steps, compare the new path with the old, go back if it is worse.

The figures come from the running servers' `/metrics`; nothing here touches a database but to turn the flag.
"""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException

from django.db import DatabaseError
from prometheus_client.parser import text_string_to_metric_families

from storage.rollout.flags import set_percent

BAD_OUTCOMES = {"failed", "rejected", "timed_out"}
ENOUGH = 50  # operations on a path before it is judged
WORSE_ERRORS = 0.01  # more errors than the old path by this share of all operations
WORSE_FACTOR = 2.0  # slower than the old path by this factor ...
WORSE_SECONDS = 0.01  # ... and by this much
LOOK_SECONDS = 1.0
ENOUGH_LOOKS = 2  # a step is judged by what was added between two of them, however short it is
BLIND_LOOKS = 3  # failed looks in a row after which nobody can say how it goes


@dataclass(frozen=True, slots=True)
class PathFigures:
    """What one path did: operations that went well and badly, and how many took up to so many seconds (cumulative)."""

    good: float = 0.0
    bad: float = 0.0
    within: dict[float, float] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """All operations."""
        return self.good + self.bad

    @property
    def error_rate(self) -> float:
        """The share that went badly."""
        return self.bad / self.total if self.total else 0.0

    @property
    def p95(self) -> float:
        """Seconds that 95 of 100 operations did not exceed, waiting included: within a bucket, by its share.

        Not the bucket's end: neighbours are a factor of 2.5 apart, and two paths that are alike may fall into two.
        """
        wanted = 0.95 * max(self.within.values(), default=0.0)
        low = fewer = 0.0
        for bound, count in sorted(self.within.items()):
            if count and count >= wanted:
                return low + (bound - low) * (wanted - fewer) / (count - fewer)
            low, fewer = bound, count
        return 0.0

    def plus(self, other: PathFigures) -> PathFigures:
        """Both together."""
        within = {bound: self.within.get(bound, 0.0) + count for bound, count in other.within.items()}
        return PathFigures(self.good + other.good, self.bad + other.bad, {**self.within, **within})

    def since(self, earlier: PathFigures) -> PathFigures:
        """What was added after `earlier`."""
        within = {bound: count - earlier.within.get(bound, 0.0) for bound, count in self.within.items()}
        return PathFigures(self.good - earlier.good, self.bad - earlier.bad, within)


Snapshot = dict[str, PathFigures]  # by path: "workers", "stock"


def parse(text: str) -> Snapshot:
    """Read `/metrics`: the figures of each path, over all databases, reads and writes together.

    Raises:
        ValueError: this is something else.
    """
    good: dict[str, float] = {}
    bad: dict[str, float] = {}
    within: dict[str, dict[float, float]] = {}
    families = list(text_string_to_metric_families(text))
    if all(family.name != "posthorn_storage_operations" for family in families):
        raise ValueError("there is nothing about storage")
    for family in families:
        for sample in family.samples:
            path = sample.labels.get("path", "")
            if sample.name == "posthorn_storage_operations_total":
                counts = bad if sample.labels["outcome"] in BAD_OUTCOMES else good
                if sample.labels["outcome"] in {*BAD_OUTCOMES, "done"}:
                    counts[path] = counts.get(path, 0.0) + sample.value
            elif sample.name == "posthorn_storage_latency_seconds_bucket":
                bounds = within.setdefault(path, {})
                bound = float(sample.labels["le"])
                bounds[bound] = bounds.get(bound, 0.0) + sample.value
    return {
        path: PathFigures(good.get(path, 0.0), bad.get(path, 0.0), within.get(path, {}))
        for path in {*good, *bad, *within}
    }


def read(urls: list[str], token: str) -> list[Snapshot]:
    """The figures of each server.

    Raises:
        OSError: one of them cannot be reached or does not answer with figures.
    """
    snapshots = []
    for url in urls:
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})  # noqa: S310 - checked
        try:
            with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310 - checked by the command
                snapshots.append(parse(response.read().decode()))
        except (HTTPException, ValueError) as error:
            raise OSError(f"{url} does not answer with figures: {error}") from error
    return snapshots


def worse(new: PathFigures, old: PathFigures) -> str | None:
    """Why the new path is worse than the old one, or None. What has hardly been used is not judged.

    Where nothing is known of the old path the new one is held against having no errors.
    """
    if new.total < ENOUGH:
        return None
    if old.total < ENOUGH:
        old = PathFigures()
    if new.error_rate > old.error_rate + WORSE_ERRORS:
        return f"{new.error_rate:.1%} of its operations failed, {old.error_rate:.1%} on the old path"
    if old.total and new.p95 > old.p95 * WORSE_FACTOR and new.p95 > old.p95 + WORSE_SECONDS:
        return f"95 of 100 operations took up to {new.p95:.3g} s, up to {old.p95:.3g} s on the old path"
    return None


class RolledBack(Exception):
    """The guard turned the flag back; the text says why."""


@dataclass
class Guard:
    """Raises a flag in steps and goes back to `start` percent as soon as the new path is worse.

    Where the old path is hardly used any more (the last step), what it did before counts.

    `look` returns each server's figures since its start, always in the same order, and may raise `OSError`; `say` tells
    people what happens.
    """

    flag: str
    start: int
    by: str
    look: Callable[[], list[Snapshot]]
    say: Callable[[str], None]
    new: str = "workers"
    old: str = "stock"
    _standard: PathFigures = field(default_factory=PathFigures, init=False)  # the old path's, when last known

    def run(self, steps: list[int], every_seconds: float) -> None:
        """Go through the steps, staying `every_seconds` on each.

        Raises:
            RolledBack: the new path was worse, or nobody could tell; the flag is where it was, with a record of why.
        """
        for step in steps:
            set_percent(self.flag, step, by=self.by, reason="guarded rollout")
            self.say(f"{self.flag} is at {step} %; watching for {every_seconds:g} s")
            why = self._watch(every_seconds)
            if why is not None:
                self._go_back(f"rolled back by the guard at {step} %: {why}"[:500])
                raise RolledBack(f"rolled back from {step} % to {self.start} %: {why}")
        self.say(f"{self.flag} has arrived at {steps[-1]} %")

    def _go_back(self, reason: str) -> None:
        while True:
            try:
                set_percent(self.flag, self.start, by=self.by, reason=reason)
            except DatabaseError as error:  # perhaps the very trouble that the new path is in
                self.say(f"{self.flag} could not be turned back yet, trying again: {error}")
                time.sleep(LOOK_SECONDS)
            else:
                return

    def _watch(self, seconds: float) -> str | None:
        begun: list[Snapshot] = []
        last: list[Snapshot] = []
        blind = looks = 0
        until = time.monotonic() + seconds
        while True:
            try:
                now = self.look()
            except OSError as error:
                blind += 1
                if blind == BLIND_LOOKS:
                    return f"the servers' figures could not be read: {error}"
            else:
                blind = 0
                begun = begun or list(now)
                for server, before in enumerate(last):
                    if _has_restarted(now[server], before):
                        begun[server] = {}  # all that it counts is of this step
                last = now
                old = _since(now, begun, self.old)
                if old.total >= ENOUGH:
                    self._standard = old
                why = worse(_since(now, begun, self.new), self._standard)
                if why is not None:
                    return why
                looks += 1
            left = until - time.monotonic()
            if left <= 0 and looks >= ENOUGH_LOOKS and not blind:
                return None
            time.sleep(min(LOOK_SECONDS, left) if left > 0 else LOOK_SECONDS)


def _has_restarted(now: Snapshot, before: Snapshot) -> bool:
    return any(now.get(path, PathFigures()).total < figures.total for path, figures in before.items())


def _since(now: list[Snapshot], begun: list[Snapshot], path: str) -> PathFigures:
    """What all servers together have added on this path."""
    total = PathFigures()
    for ours, earlier in zip(now, begun, strict=True):
        total = total.plus(ours.get(path, PathFigures()).since(earlier.get(path, PathFigures())))
    return total
