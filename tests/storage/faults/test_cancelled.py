"""A thousand awaiters give up in the middle of it."""

from __future__ import annotations

import asyncio
import math
import threading

import pytest

from storage.exceptions import QueueFull
from storage.rollout import flags
from tests.storage.faults.files import INSERT, open_files
from tests.storage.held import held

pytestmark = pytest.mark.usefixtures("on_workers", "notes")

FEW = 10  # what the readers and the checkpointer may need that was not there yet


@pytest.mark.sqlite_only("one piece of work holds up all others where one writes at a time")
async def test_a_thousand_cancelled_writes_leave_every_place_free(store, settings, monkeypatch):
    monkeypatch.setattr(flags, "STALE_SECONDS", math.inf)  # nobody waits for a flag first, however slow the machine
    limit = settings.STORAGE_MAX_QUEUE_SIZE
    gate = threading.Event()

    async def full_queue(name: str) -> list[asyncio.Task]:
        writes = [asyncio.create_task(store.execute(INSERT, [f"{name} {number}"])) for number in range(limit)]
        await asyncio.sleep(0)
        assert store.stats()["default writer"]["depth"] == limit
        with pytest.raises(QueueFull):
            await store.execute(INSERT, ["one too many"])
        return writes

    holding = await held(store, gate)
    threads, files = threading.active_count(), open_files()
    try:
        for name in ("first", "second", "third"):
            writes = await full_queue(name)
            for write in writes:
                write.cancel()
            outcomes = await asyncio.gather(*writes, return_exceptions=True)
            assert {type(outcome) for outcome in outcomes} == {asyncio.CancelledError}
            assert store.stats()["default writer"]["depth"] == 0
        writes = await full_queue("kept")
    finally:
        gate.set()
    await asyncio.gather(holding, *writes)
    # What was cancelled while it waited was not written.
    assert await store.fetch_value("SELECT count(*) FROM notes WHERE body NOT LIKE 'kept %%'") == 0
    assert await store.fetch_value("SELECT count(*) FROM notes") == limit
    assert threading.active_count() <= threads + FEW
    assert open_files() <= files + FEW


async def test_writes_cancelled_while_they_are_committed_leave_nothing_behind(store):
    await store.fetch_value("SELECT 1")
    threads, files = threading.active_count(), open_files()
    for turn in range(20):
        writes = [asyncio.create_task(store.execute(INSERT, [f"{turn} {number}"])) for number in range(50)]
        await asyncio.wait(writes, return_when=asyncio.FIRST_COMPLETED)
        for write in writes:
            write.cancel()
        outcomes = await asyncio.gather(*writes, return_exceptions=True)
        await store.transaction(lambda _: None)
        bodies = [row["body"] for row in await store.fetch_all("SELECT body FROM notes")]
        assert len(bodies) == len(set(bodies))
        acknowledged = {f"{turn} {number}" for number, o in enumerate(outcomes) if not isinstance(o, BaseException)}
        assert acknowledged
        assert acknowledged <= set(bodies)
    assert store.stats()["default writer"]["depth"] == 0
    assert threading.active_count() <= threads + FEW
    assert open_files() <= files + FEW
