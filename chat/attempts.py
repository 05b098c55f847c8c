"""How often one may try something that is rare: log in, sign up, make a room.

Every process counts for itself, and with Redis all of them together (`chat.shared_counts`); what either refuses is
refused.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable

from chat.limits import TokenBucket
from chat.shared_counts import Count, shared_counts

KEPT = 1000  # counts that are kept without asking whether anybody needs them


class Attempts:
    """For each key: some times at once, then once in a while. Any thread may ask. `name` is no other's."""

    def __init__(self, name: str, at_once: int, then_every: float) -> None:
        self._name = name
        self._at_once = at_once
        self._then_every = then_every
        self._of: dict[Hashable, TokenBucket] = {}
        self._lock = threading.Lock()

    def begin_here(self, key: Hashable) -> float:
        """Count an attempt in this process. Returns 0.0 if it is allowed, else the seconds until one will be."""
        with self._lock:
            if len(self._of) >= KEPT:
                self._of = {key: bucket for key, bucket in self._of.items() if not bucket.is_full}
            return self._of.setdefault(key, TokenBucket(1 / self._then_every, self._at_once)).take()

    def give_back_here(self, key: Hashable) -> None:
        """One less in this process."""
        with self._lock:
            if key in self._of:
                self._of[key].give_back(1.0)

    def count(self, key: Hashable) -> Count:
        """What all processes together count."""
        return Count(self._name, key, self._at_once, self._then_every)


def begin(*attempts: tuple[Attempts, Hashable]) -> float:
    """Count one attempt in each of these, under its key. Returns 0.0 if all allow it, else the seconds to wait.

    What one refuses is not counted by the others: else one user name, tried for long, would lock out a whole address.
    Waits for Redis, so not for the event loop's thread.
    """
    for refusing, (those, key) in enumerate(attempts):
        wait = those.begin_here(key)
        if wait:
            _give_back_here(attempts[:refusing])
            return wait
    wait = shared_counts.begin([those.count(key) for those, key in attempts])
    if wait:
        _give_back_here(attempts)
    return wait


def succeed(*attempts: tuple[Attempts, Hashable]) -> None:
    """The attempt was none, or not of the kind that is counted."""
    _give_back_here(attempts)
    shared_counts.give_back([those.count(key) for those, key in attempts])


def _give_back_here(attempts: tuple[tuple[Attempts, Hashable], ...]) -> None:
    for those, key in attempts:
        those.give_back_here(key)
