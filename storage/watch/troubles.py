"""What work meets with that is no fault of its own: the disk, the file, a server that is away."""

from __future__ import annotations

import time
from collections.abc import Callable

RECENT_SECONDS = 30.0
DAMAGED = "a page of the database is damaged"

Words = Callable[[BaseException | None], str | None]


class Trouble:
    """The last of it that a queue's work met with. Damage does not pass; the rest does with success, or with time."""

    __slots__ = ("_at", "_words", "_words_of")

    def __init__(self, words_of: Words) -> None:
        self._words_of = words_of
        self._words: str | None = None
        self._at = 0.0

    def met(self, error: BaseException) -> None:
        """Work ended with this error."""
        words = self._words_of(error)
        if words is not None and self._words != DAMAGED:
            self._words, self._at = words, time.monotonic()

    def passed(self) -> None:
        """Work went well."""
        if self._words is not None and self._words != DAMAGED:
            self._words = None

    def words(self) -> str | None:
        """What it is, if it is not long ago."""
        recent = self._words == DAMAGED or time.monotonic() - self._at < RECENT_SECONDS
        return self._words if recent else None
