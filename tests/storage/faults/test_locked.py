"""Another process holds the write lock and does not let go."""

from __future__ import annotations

import asyncio
import sqlite3
import time

import pytest
from django.db import OperationalError, connections

from storage.exceptions import QueryTimeout, QueueFull
from storage.store import Store
from tests.storage.faults.children import Child
from tests.storage.faults.files import INSERT

pytestmark = [
    pytest.mark.usefixtures("on_workers", "notes"),
    pytest.mark.sqlite_only("PostgreSQL has no lock on everything"),
]


def hold(pipe) -> None:
    holder = sqlite3.connect(connections.settings["default"]["NAME"], isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    pipe.send("held")
    pipe.recv()
    holder.execute("COMMIT")
    holder.close()


@pytest.fixture
def holder(shared_file):
    with Child(shared_file, hold) as holder:
        assert holder.hear() == "held"
        yield holder


@pytest.fixture
async def fresh(transactional_db, patience, settings):
    """A store that opens its connections while the lock is held."""
    patience(60)
    settings.STORAGE_MAX_QUEUE_SIZE = 20
    store = Store()
    yield store
    await store.close()


def let_go(holder: Child) -> None:
    holder.tell()
    assert holder.hear() is None


def add(store: Store, number: int, **options) -> asyncio.Task:
    return asyncio.create_task(store.execute(INSERT, [str(number)], **options))


async def test_the_loop_turns_and_reads_go_on(fresh, holder):
    write = add(fresh, 1)
    for _ in range(1000):
        await asyncio.sleep(0)
    for _ in range(100):
        assert await fresh.fetch_value("SELECT count(*) FROM notes") == 0
    assert not write.done()
    let_go(holder)
    await write
    assert await fresh.fetch_value("SELECT count(*) FROM notes") == 1


async def test_the_queue_stays_bounded_and_every_place_is_free_afterwards(fresh, holder):
    for _ in range(3):
        writes = [add(fresh, number, timeout=0.5) for number in range(50)]
        outcomes = await asyncio.gather(*writes, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [QueryTimeout] * 20 + [QueueFull] * 30
    let_go(holder)
    await asyncio.gather(*(add(fresh, number) for number in range(20)))
    assert await fresh.fetch_value("SELECT count(*) FROM notes") == 20


@pytest.mark.parametrize("seconds", [0.2, pytest.param(10, marks=pytest.mark.long)])
async def test_whoever_waits_learns_that_the_database_is_locked(fresh, holder, patience, seconds):
    patience(seconds)
    pauses: list[float] = []

    async def watch():
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0)
            pauses.append(time.perf_counter() - before)

    watching = asyncio.create_task(watch())
    writes = [add(fresh, number) for number in range(10)]
    outcomes = await asyncio.gather(*writes, return_exceptions=True)
    watching.cancel()
    assert [(type(outcome), str(outcome)) for outcome in outcomes] == [(OperationalError, "database is locked")] * 10
    assert max(pauses) < seconds / 2  # it was not the loop that waited
    if seconds >= 10:
        assert max(pauses) < 0.05
    let_go(holder)
    await add(fresh, 1)
    assert await fresh.fetch_value("SELECT count(*) FROM notes") == 1
