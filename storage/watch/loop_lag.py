"""How late an event loop is: what a blocked loop feels like to everybody on it."""

from __future__ import annotations

import asyncio
import weakref

from storage.watch.figures import Histogram

EVERY_SECONDS = 0.05


class LoopLag:
    """Samples the lag of every event loop it is started on, until the loop ends."""

    def __init__(self) -> None:
        self.histogram = Histogram()
        self._loops: weakref.WeakSet[asyncio.AbstractEventLoop] = weakref.WeakSet()

    def start(self) -> None:
        """Sample the running loop from now on. Does nothing where that is so already."""
        loop = asyncio.get_running_loop()
        if loop not in self._loops:
            self._loops.add(loop)
            self._sleep(loop)

    # A chain of timers rather than a task: a loop that ends drops a timer without a word.
    def _sleep(self, loop: asyncio.AbstractEventLoop) -> None:
        due = loop.time() + EVERY_SECONDS
        loop.call_at(due, self._wake, loop, due)

    def _wake(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        self.histogram.observe(max(0.0, loop.time() - due))
        self._sleep(loop)
