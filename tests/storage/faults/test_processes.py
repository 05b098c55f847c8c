"""Several processes write one file at the same time."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from storage.store import Store
from tests.storage.faults.children import Child
from tests.storage.faults.files import INSERT, bodies

pytestmark = pytest.mark.sqlite_only("they share a file, of which one writes at a time")

CHILDREN, WRITES = 3, 200


def read_and_write(connection, body: str) -> None:
    """A transaction that begins by reading would fail at once if it did not have the lock already."""
    if connection.fetch_value("SELECT count(*) FROM notes WHERE body = %s", [body]) == 0:
        connection.execute(INSERT, [body])


def write(pipe, name: str) -> str:
    async def scenario() -> str:
        store = Store()
        await store.fetch_value("SELECT 1")
        pipe.send("ready")
        pipe.recv()
        await asyncio.gather(*(store.transaction(read_and_write, f"{name} {number}") for number in range(WRITES)))
        await store.close()
        return "written"

    return asyncio.run(scenario())


def watch(pipe, wanted: int) -> list[list[int]]:
    """Reads over and over, on all readers, until everything is there; returns the counts as they came."""

    async def reader(store: Store) -> list[int]:
        counts = [0]
        while counts[-1] < wanted:
            counts.append(await store.fetch_value("SELECT count(*) FROM notes"))
        return counts

    async def scenario() -> list[list[int]]:
        store = Store()
        counts = await asyncio.gather(*(reader(store) for _ in range(4)))
        await store.close()
        return counts

    pipe.send("ready")
    return asyncio.run(scenario())


@pytest.mark.parametrize("rounds", [3, pytest.param(30, marks=pytest.mark.long)])
def test_every_write_of_every_process_is_there_once(file, rounds):
    for turn in range(rounds):
        before = turn * CHILDREN * WRITES
        children = [Child(file, write, f"{turn} {letter}") for letter in "abc"]
        observer = Child(file, watch, before + CHILDREN * WRITES)
        try:
            assert [child.hear() for child in [*children, observer]] == ["ready"] * 4
            for child in children:
                child.tell()
            assert [child.hear() for child in children] == ["written"] * CHILDREN
            for counts in observer.hear():
                assert counts == sorted(counts)
        finally:
            for child in [*children, observer]:
                child.kill()
    expected = itertools.product(range(rounds), "abc", range(WRITES))
    assert sorted(bodies(file)) == sorted(f"{turn} {letter} {number}" for turn, letter, number in expected)
