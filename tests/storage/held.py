"""Holding up the writer, so that what comes meanwhile is committed together."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable

from storage.store import Store

HELD_SECONDS = 60


async def held(store: Store, gate: threading.Event) -> asyncio.Task[None]:
    """A transaction that has begun and waits for the gate."""
    begun = threading.Event()

    def wait(_connection: object) -> None:
        begun.set()
        gate.wait(HELD_SECONDS)

    task = asyncio.create_task(store.transaction(wait))
    await asyncio.to_thread(begun.wait, HELD_SECONDS)
    return task


async def in_one_group(store: Store, *calls: Awaitable[object]) -> list[object]:
    """All of these wait at the same time, so that on the workers they are committed together.

    Returns their outcomes, exceptions included; before them, that of the transaction that was held meanwhile.
    """
    gate = threading.Event()
    first = await held(store, gate)
    tasks = [asyncio.ensure_future(call) for call in calls]
    await asyncio.sleep(0)
    gate.set()
    return list(await asyncio.gather(first, *tasks, return_exceptions=True))
