"""Going down in good order: nothing in hand is dropped, and every client knows when to come back."""

from __future__ import annotations

import asyncio
import random

from chat.live.process import commit_queue, hub
from storage.store import store

COME_BACK_MS = (500, 3000)
COMMITS_SECONDS = 2.0
CLIENTS_SECONDS = 4.0


async def say_goodbye() -> None:
    """Finish what is in hand, tell every client `bye`, close with 1012, and close the store.

    The server must have stopped accepting before. Takes a few seconds at most: a client that does not read its last
    frames is left behind.
    """
    await commit_queue.drain(COMMITS_SECONDS)
    hub.say_goodbye(lambda: random.randint(*COME_BACK_MS))  # noqa: S311 - spreads the return, keeps no secret
    await asyncio.wait([asyncio.ensure_future(hub.until_empty())], timeout=CLIENTS_SECONDS)
    await commit_queue.drain(COMMITS_SECONDS)
    await store.close()
