"""How far a long piece of work has come: a bar on a terminal, lines elsewhere."""

from __future__ import annotations

import time
from typing import IO

WIDTH = 24
EVERY_SECONDS = 0.2


class Progress:
    """Shows phases of work, each so many rows long."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._bar = out.isatty()
        self._drawn_at = float("-inf")
        self._phase, self._total, self._done, self._began = "", 0, 0, 0.0

    def begin(self, phase: str, total: int) -> None:
        """Begin a phase of `total` rows."""
        self._phase, self._total, self._done, self._began = phase, total, 0, time.monotonic()
        if not self._bar:
            self._write(f"{phase} {total:,} rows\n")

    def advance(self, rows: int) -> None:
        """So many more are done."""
        self._done += rows
        now = time.monotonic()
        if self._bar and now - self._drawn_at >= EVERY_SECONDS:
            self._drawn_at = now
            self._write(f"\r{self._line(now)}\033[K")

    def say(self, line: str) -> None:
        """A line of its own."""
        self._write(f"\r{line}\033[K\n" if self._bar else f"{line}\n")

    def _line(self, now: float) -> str:
        share = min(self._done / self._total, 1) if self._total else 1
        bar = ("#" * round(share * WIDTH)).ljust(WIDTH, ".")
        left = (now - self._began) * (1 - share) / share if share else 0
        return f"{self._phase} [{bar}] {self._done:,} of {self._total:,} rows, {_duration(left)} left"

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
