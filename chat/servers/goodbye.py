"""Going down: nothing in hand is dropped, every client knows when to come back, and the process does end."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import signal
import threading
from collections.abc import Callable

from chat.live.process import commit_queue, hub
from chat.servers.draining import draining
from storage.store import store

logger = logging.getLogger("chat")

COME_BACK_MS = (500, 3000)
COMMITS_SECONDS = 2.0
CLIENTS_SECONDS = 3.0
STORE_SECONDS = 1.0
AFTERWARDS_SECONDS = 4.0


async def say_goodbye(stop_listening: Callable[[], None]) -> None:
    """Take nobody in any more, `stop_listening`, finish what is in hand, tell every client `bye`, close with 1012, and
    close the store.

    Takes `DRAIN_SECONDS` and a few more at most: a client that does not read its last frames is left behind, and so is
    a database that another program keeps locked. What was acknowledged is on disk by then; what was not will be sent
    again. The process ends `AFTERWARDS_SECONDS` later, whatever its threads wait for.
    """
    await draining.begin()
    stop_listening()
    await commit_queue.drain(COMMITS_SECONDS)
    hub.say_goodbye(lambda: random.randint(*COME_BACK_MS))  # noqa: S311 - spreads the return, keeps no secret
    await asyncio.wait([asyncio.ensure_future(hub.until_empty())], timeout=CLIENTS_SECONDS)
    await commit_queue.drain(STORE_SECONDS)
    _, unfinished = await asyncio.wait([asyncio.ensure_future(store.close())], timeout=STORE_SECONDS)
    if unfinished:
        _leave()
    else:
        leaving = threading.Timer(AFTERWARDS_SECONDS, _leave)
        leaving.daemon = True
        leaving.start()


def end_at_once(number: int) -> None:
    """End as this signal ends programs that do not care for it. Nothing acknowledged is lost: it is on disk."""
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)


def _leave() -> None:
    """End without waiting for threads: Python would, for as long as they wait for the database."""
    logger.warning("ended without waiting for the database, which is slow or locked by another program")
    logging.shutdown()
    os._exit(0)
