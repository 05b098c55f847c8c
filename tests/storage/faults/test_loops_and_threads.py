"""One store under several event loops and threads at once, some of which end in the middle of their work."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from asgiref.sync import async_to_sync

from storage.store import Store
from tests.storage.faults.files import INSERT, open_files

pytestmark = pytest.mark.usefixtures("on_workers", "notes")

FEW = 10  # what the readers and the checkpointer may need that was not there yet

THREADS, ROUNDS = 6, 8


@pytest.fixture
def one(transactional_db):
    store = Store()
    yield store
    asyncio.run(store.close())


async def some_work(store: Store, name: str) -> list[str]:
    """Writes and reads at once; returns what was acknowledged."""

    async def add(body: str) -> str:
        await store.execute(INSERT, [body])
        assert await store.fetch_value("SELECT count(*) FROM notes WHERE body = %s", [body]) == 1
        return body

    return await asyncio.gather(*(add(f"{name} {number}") for number in range(10)))


async def leave(store: Store, name: str) -> list[str]:
    """Begins as much, hears of one of them, and ends: `asyncio.run` cancels the rest."""
    writes = {
        asyncio.ensure_future(store.execute(INSERT, [f"{name} {number}"])): f"{name} {number}" for number in range(10)
    }
    reads = [asyncio.ensure_future(store.fetch_value("SELECT count(*) FROM notes")) for _ in range(10)]
    await asyncio.wait([*writes, *reads], return_when=asyncio.FIRST_COMPLETED)
    return [body for write, body in writes.items() if write.done()]


def turn_once(loop: asyncio.AbstractEventLoop) -> None:
    loop.stop()
    loop.run_forever()


def drop_the_loop(store: Store, name: str) -> list[str]:
    """A loop that is closed and forgotten, with everything that was under way on it."""
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda *_: None)  # "Task was destroyed but it is pending": so it was
    tasks = [loop.create_task(store.execute(INSERT, [f"{name} {number}"])) for number in range(10)]
    for _ in range(1 + len(name) % 2):
        turn_once(loop)
    loop.close()
    return [task.get_name() for task in tasks if task.done()]


def hammer(store: Store, thread: int) -> list[str]:
    acknowledged = []
    for turn in range(ROUNDS):
        name = f"{thread} {turn}"
        if turn % 4 == 0:
            acknowledged += asyncio.run(leave(store, name))
        elif turn % 4 == 1:
            acknowledged += async_to_sync(some_work)(store, name)
        elif turn % 4 == 2:
            acknowledged += drop_the_loop(store, name)
        else:
            acknowledged += asyncio.run(some_work(store, name))
    return acknowledged


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_everybody_gets_an_answer_and_nothing_is_lost_or_doubled(one):
    with ThreadPoolExecutor(THREADS) as pool:
        hammering = [pool.submit(hammer, one, thread) for thread in range(THREADS)]
        acknowledged = [body for future in hammering for body in future.result(60)]

    async def look() -> list[str]:
        await one.transaction(lambda _: None)  # behind whatever a dead loop has left in the queue
        return [row["body"] for row in await one.fetch_all("SELECT body FROM notes")]

    there = asyncio.run(look())
    assert len(there) == len(set(there))
    assert set(acknowledged) <= set(there)
    assert len(acknowledged) >= THREADS * ROUNDS * 10 / 2
    assert one.stats()["default writer"]["depth"] == 0
    assert one.stats()["default readers"]["depth"] == 0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("closed", [True, False], ids=["closed", "stopped"])
def test_a_loop_that_turns_no_more_holds_up_nobody(one, closed):
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda *_: None)
    asyncio.run(some_work(one, "before"))
    lost = loop.create_task(one.execute(INSERT, ["lost?"]))
    turn_once(loop)

    async def other() -> None:
        write = asyncio.ensure_future(one.execute(INSERT, ["other"]))
        await asyncio.sleep(0)
        if closed:
            loop.close()
        await asyncio.wait_for(write, 10)

    try:
        asyncio.run(other())
    finally:
        loop.close()
        del lost


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_closing_does_not_wait_for_a_loop_that_turns_no_more(transactional_db):
    store = Store()
    asyncio.run(some_work(store, "before"))
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda *_: None)
    lost = loop.create_task(store.execute(INSERT, ["lost?"]))
    turn_once(loop)
    loop.close()
    asyncio.run(asyncio.wait_for(store.close(), 10))
    del lost


def test_loops_that_end_leave_no_thread_and_no_file_behind(one):
    asyncio.run(some_work(one, "first"))
    threads, files = threading.active_count(), open_files()
    for turn in range(20):
        asyncio.run(leave(one, str(turn)))
    asyncio.run(some_work(one, "last"))
    assert threading.active_count() <= threads + FEW
    assert open_files() <= files + FEW
