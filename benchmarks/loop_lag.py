"""How late an event loop is, seen by whatever comes due on it."""

from __future__ import annotations

import asyncio
from time import perf_counter
from types import TracebackType

TICK = 0.001


class LoopLag:
    """Note, for something due every millisecond, the time between due and run.

        async with LoopLag() as lag:
            ...
        lag.percentile(99), lag.worst   # milliseconds

    A loop that stands still for 50 ms makes fifty ticks late (by 50, 49, 48, ... ms), not one: the percentiles are
    those of something that comes due at any moment. A coroutine that merely sleeps again and again would be late once,
    and a percentile of its delays would not show the stall. An idle loop is up to 1 ms late: so coarse is its clock.
    """

    def __init__(self) -> None:
        self._late: list[float] = []
        self._due = 0.0
        self._clock: asyncio.Task[None] | None = None

    async def __aenter__(self) -> LoopLag:
        self._due = perf_counter() + TICK
        self._clock = asyncio.create_task(self._run())
        await asyncio.sleep(0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._note()  # what the end of a stall has kept waiting until now
        if self._clock is not None:
            self._clock.cancel()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(max(0.0, self._due - perf_counter()))
            self._note()

    def _note(self) -> None:
        now = perf_counter()
        while self._due <= now:
            self._late.append((now - self._due) * 1000)
            self._due += TICK

    @property
    def worst(self) -> float:
        return max(self._late, default=0.0)

    def percentile(self, percent: float) -> float:
        if not self._late:
            return 0.0
        late = sorted(self._late)
        return late[min(len(late) - 1, int(len(late) * percent / 100))]
