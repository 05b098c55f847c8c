"""How much one person may do, over all their connections and requests."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings

BURST_SECONDS = 10.0  # what was not used for so long may be used at once


class TokenBucket:
    """At most `rate` a second on average, and `burst` at once."""

    __slots__ = ("_at", "_burst", "_rate", "_tokens")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = self._tokens = burst
        self._at = time.monotonic()

    def take(self, amount: float = 1.0) -> float:
        """Take so much. Returns 0.0 if it was there, else the seconds until it will be."""
        self._refill()
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

    def _refill(self) -> None:
        now = time.monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now


class SharedBucket(TokenBucket):
    """A bucket that several processes have one each of. `spent` is called whenever something was taken here.

    What was taken elsewhere is taken here as well, whether it is there or not: what is missing then is owed, so that
    all of them together keep to the rate.
    """

    __slots__ = ("_spent", "untold")

    def __init__(self, rate: float, burst: float, spent: Callable[[], None]) -> None:
        super().__init__(rate, burst)
        self._spent = spent
        self.untold = 0.0
        """How much was taken here since somebody else was told."""

    def take(self, amount: float = 1.0) -> float:
        wait = super().take(amount)
        if not wait:
            self.untold += amount
            self._spent()
        return wait

    def give_back(self, amount: float) -> None:
        super().give_back(amount)
        self.untold -= amount
        self._spent()

    def owe(self, amount: float) -> None:
        """So much was taken elsewhere; less than nothing was given back there."""
        self._refill()
        self._tokens = min(self._burst, self._tokens - amount)


def _nobody() -> None:
    """Where there is one process, nobody has to be told."""


class Allowance:
    """One person's, shared by their connections and requests. `spent` is called whenever something of it was used."""

    KINDS = ("frames", "sends", "typing", "changes", "search_seconds")

    __slots__ = KINDS

    def __init__(self, spent: Callable[[], None] = _nobody) -> None:
        sends = settings.SENDS_PER_SECOND
        self.frames = SharedBucket(settings.FRAMES_PER_SECOND, settings.FRAMES_PER_SECOND * BURST_SECONDS, spent)
        self.sends = SharedBucket(sends, sends * BURST_SECONDS, spent)
        self.typing = SharedBucket(1.0, 3.0, spent)
        # What costs more than a message: a change to a room may concern everybody, a search may look at everything.
        self.changes = SharedBucket(sends / 10, sends / 10 * BURST_SECONDS, spent)
        self.search_seconds = SharedBucket(sends / 100, max(2.0, sends / 5), spent)

    @property
    def is_full(self) -> bool:
        """Whether nothing of it is missing: a new one in its place would allow no more."""
        return all(getattr(self, kind).is_full for kind in self.KINDS)

    def untold(self) -> dict[str, float]:
        """What was used here, by kind, since this was asked last."""
        found = {}
        for kind in self.KINDS:
            bucket: SharedBucket = getattr(self, kind)
            if bucket.untold:
                found[kind], bucket.untold = bucket.untold, 0.0
        return found

    def owe(self, spent: dict[str, float]) -> None:
        """So much was used elsewhere, by kind."""
        for kind in self.KINDS:
            if kind in spent:
                getattr(self, kind).owe(spent[kind])
