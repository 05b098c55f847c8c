"""`kill -9` under load: what was acknowledged is there, once, and the file is sound."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from multiprocessing.connection import wait

import pytest

from storage.store import Store
from tests.storage.faults.children import DEADLINE, Child
from tests.storage.faults.files import INSERT, bodies

pytestmark = pytest.mark.sqlite_only("the file is written by the process that is killed")

WRITERS = 20


def write_until_killed(pipe, name: str) -> None:
    """Writes for ever and says so after each acknowledgement, unbuffered."""
    store = Store()
    numbers = itertools.count()

    def two_rows(connection, body: str) -> None:
        connection.execute(INSERT, [body])
        connection.execute("INSERT INTO notes (body) SELECT body || ' again' FROM notes WHERE body = %s", [body])

    async def writer() -> None:
        for number in numbers:
            body = f"{name} {number}"
            if number % 3:
                await store.execute(INSERT, [body])
                pipe.send([body])
            else:
                await store.transaction(two_rows, body)
                pipe.send([body, f"{body} again"])

    async def writers() -> None:
        await asyncio.gather(*(writer() for _ in range(WRITERS)))

    asyncio.run(writers())


class Massacre:
    """Starts children on one file, up to two at once, and kills them one after another."""

    def __init__(self, file, seed: int) -> None:
        self._file = file
        self._random = random.Random(seed)
        self._names = (f"child-{number}" for number in itertools.count(1))
        self._alive: list[Child] = []
        self.acknowledged: list[str] = []

    def kill_one(self) -> None:
        while len(self._alive) < self._random.choice([1, 1, 2]):
            self._alive.append(Child(self._file, write_until_killed, next(self._names)))
        victim = self._random.choice(self._alive)
        self._listen(victim, self._random.choice([0, 1, self._random.randrange(300)]))
        self._alive.remove(victim)
        self._note(victim.kill())

    def end(self) -> None:
        for child in self._alive:
            self._note(child.kill())

    def _listen(self, victim: Child, acknowledgements: int) -> None:
        by_pipe = {child.pipe: child for child in self._alive}
        while acknowledgements > 0:
            ready = wait(by_pipe, DEADLINE)
            assert ready, "nothing is written any more"
            for child in [child for pipe, child in by_pipe.items() if pipe in ready]:
                self._note([child.hear()])
                acknowledgements -= child is victim

    def _note(self, acknowledgements: list[list[str]]) -> None:
        for acknowledged in acknowledgements:
            self.acknowledged += acknowledged


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long), pytest.param(3, marks=pytest.mark.long)])
def test_killed_fifty_times_nothing_acknowledged_is_lost(file, seed):
    massacre = Massacre(file, seed)
    try:
        for _ in range(50):
            massacre.kill_one()
    finally:
        massacre.end()
    there = Counter(bodies(file))
    assert len(massacre.acknowledged) > 1000
    assert [body for body in massacre.acknowledged if there[body] != 1] == []
    assert [body for body, times in there.items() if times != 1] == []
    # A transaction of two rows is there with both or not at all.
    assert {body.removesuffix(" again") for body in there if body.endswith(" again")} == {
        body for body in there if not body.endswith(" again") and int(body.split()[1]) % 3 == 0
    }
