"""Whether a database can be read and written, in words: what recent work met with, and what its engine finds."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import suppress

from storage.engines import Engine
from storage.watch.figures import Figures

FRESH_SECONDS = 3.0
PATIENCE_SECONDS = 5.0


class Health:
    """Answers for one database, anew every few seconds however often it is asked."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._asked_at = float("-inf")
        self._answer: asyncio.Future[list[str]] | None = None

    async def ask(self) -> list[str]:
        """What is wrong, each in a few words; nothing if all is well. Answers within a few seconds, whatever hangs."""
        loop = asyncio.get_running_loop()
        answer = self._answer
        if answer is None or answer.get_loop() is not loop or (answer.done() and self._is_old()):
            answer = self._answer = loop.create_future()
            self._asked_at = time.monotonic()
            # A thread of its own, for which nothing waits at the end: a disk or a server may never answer.
            threading.Thread(target=self._look, args=(answer,), name="storage health", daemon=True).start()
        done, _ = await asyncio.wait([answer], timeout=PATIENCE_SECONDS)
        return answer.result() if done else [self._engine.silence]

    def _is_old(self) -> bool:
        return time.monotonic() - self._asked_at > FRESH_SECONDS

    def _look(self, answer: asyncio.Future[list[str]]) -> None:
        try:
            reasons = self._engine.ailments()
        except Exception as error:  # noqa: BLE001 - whatever it is, the database cannot be said to be well
            reasons = [f"the database cannot be looked at: {type(error).__name__}"]
        with suppress(RuntimeError):  # the loop has ended, and with it whoever asked
            answer.get_loop().call_soon_threadsafe(_deliver, answer, reasons)


def _deliver(answer: asyncio.Future[list[str]], reasons: list[str]) -> None:
    if not answer.done():
        answer.set_result(reasons)


def met(figures: list[Figures]) -> list[str]:
    """What the work of these queues met with a moment ago and has not got over since."""
    troubles = (one.trouble.words() for one in figures)
    return sorted({words for words in troubles if words})
