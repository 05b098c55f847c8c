"""How much one person may do in this process, over all their connections and requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable

from django.conf import settings

BURST_SECONDS = 10.0  # what was not used for so long may be used at once
KEPT = 1000  # allowances that are kept without asking whether anybody needs them


class TokenBucket:
    """At most `rate` a second on average, and `burst` at once."""

    __slots__ = ("_at", "_burst", "_rate", "_tokens")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = self._tokens = burst
        self._at = time.monotonic()

    def take(self, amount: float = 1.0) -> float:
        """Take so much. Returns 0.0 if it was there, else the seconds until it will be."""
        now = time.monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens >= amount:
            self._tokens -= amount
            return 0.0
        return (amount - self._tokens) / self._rate

    @property
    def is_full(self) -> bool:
        """Whether nothing is missing: a new one would be the same."""
        return self._tokens + (time.monotonic() - self._at) * self._rate >= self._burst

    def give_back(self, amount: float) -> None:
        """Less was needed than was taken."""
        self._tokens = min(self._burst, self._tokens + amount)


class Allowance:
    """One person's, shared by their connections and kept for a while after the last: coming back gives no more."""

    __slots__ = (
        "additions",
        "changes",
        "connections",
        "frames",
        "left_at",
        "rooms",
        "search_seconds",
        "sends",
        "typing",
    )

    def __init__(self) -> None:
        self.connections = 0
        self.left_at = 0.0
        self.frames = TokenBucket(settings.FRAMES_PER_SECOND, settings.FRAMES_PER_SECOND * BURST_SECONDS)
        self.sends = TokenBucket(settings.SENDS_PER_SECOND, settings.SENDS_PER_SECOND * BURST_SECONDS)
        self.typing = TokenBucket(rate=1.0, burst=3.0)
        # What costs more than a message: a change to a room may concern everybody, a search may look at everything.
        self.changes = TokenBucket(settings.SENDS_PER_SECOND / 10, settings.SENDS_PER_SECOND / 10 * BURST_SECONDS)
        self.search_seconds = TokenBucket(settings.SENDS_PER_SECOND / 100, max(2.0, settings.SENDS_PER_SECOND / 5))
        # What stays with everybody, or with somebody else, until a person undoes it.
        self.rooms = TokenBucket(settings.ROOMS_PER_HOUR / 3600, settings.ROOMS_PER_HOUR)
        self.additions = TokenBucket(settings.ROOMS_PER_HOUR / 360, settings.ROOMS_PER_HOUR * 10)

    @property
    def is_in_use(self) -> bool:
        """Whether a new one in its place would allow more."""
        recent = self.left_at > time.monotonic() - BURST_SECONDS
        return bool(self.connections) or recent or not (self.rooms.is_full and self.additions.is_full)


class Allowances:
    """The allowances of everybody who uses this process, by user id."""

    def __init__(self) -> None:
        self._of: dict[int, Allowance] = {}

    def of(self, user: int) -> Allowance:
        """The allowance of this person."""
        self._forget_those_long_gone()
        allowance = self._of.setdefault(user, Allowance())
        allowance.left_at = time.monotonic()
        return allowance

    def enter(self, user: int) -> Allowance | None:
        """One more connection of this person; None if they have too many."""
        allowance = self.of(user)
        if allowance.connections >= settings.CONNECTIONS_PER_USER:
            return None
        allowance.connections += 1
        return allowance

    def leave(self, user: int) -> None:
        """One connection less."""
        allowance = self._of[user]
        allowance.connections -= 1
        allowance.left_at = time.monotonic()

    def _forget_those_long_gone(self) -> None:
        if len(self._of) < KEPT:
            return
        self._of = {user: one for user, one in self._of.items() if one.is_in_use}


class Attempts:
    """How often one may try something, for each key: some times at once, then once in a while. Any thread may ask."""

    def __init__(self, at_once: int, then_every: float) -> None:
        self._at_once = at_once
        self._then_every = then_every
        self._of: dict[Hashable, TokenBucket] = {}
        self._lock = threading.Lock()

    def begin(self, key: Hashable) -> float:
        """Count an attempt. Returns 0.0 if it is allowed, else the seconds until one will be."""
        with self._lock:
            if len(self._of) >= KEPT:
                self._of = {key: bucket for key, bucket in self._of.items() if not bucket.is_full}
            return self._of.setdefault(key, TokenBucket(1 / self._then_every, self._at_once)).take()

    def succeed(self, key: Hashable) -> None:
        """The attempt was none, or not of the kind that is counted."""
        with self._lock:
            if key in self._of:
                self._of[key].give_back(1.0)


def begin_together(*counts: tuple[Attempts, Hashable]) -> float:
    """Count one attempt in each of these, under its key. Returns 0.0 if all allow it, else the seconds to wait.

    What one refuses is not counted by the others: else one user name, tried for long, would lock out a whole address.
    """
    for refusing, (attempts, key) in enumerate(counts):
        wait = attempts.begin(key)
        if wait:
            for before, its_key in counts[:refusing]:
                before.succeed(its_key)
            return wait
    return 0.0
