"""There is no space left: whoever waits is told, what was acknowledged stays, and with space it works again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from django.db import connections

from storage.sqlite.file import database_file
from storage.store import Store
from tests.storage.faults.children import Child
from tests.storage.faults.files import INSERT, NOTES, bodies
from tests.storage.faults.machine import NotPermitted, SmallDisk, SmallFiles
from tests.storage.held import in_one_group

pytestmark = pytest.mark.sqlite_only("PostgreSQL's disk is not this process's")

PAGE = "x" * 4000


def note(number: int) -> str:
    return f"{number} {PAGE}"


async def add(store: Store, body: object) -> object:
    await store.execute(INSERT, [body])
    return body


async def add_in_one_group(store: Store, values: Sequence[object]) -> list[object]:
    _, *outcomes = await in_one_group(store, *(add(store, value) for value in values))
    return outcomes


def words(outcomes: list[object]) -> list[str]:
    return [f"{type(o).__name__}: {o}" if isinstance(o, BaseException) else "written" for o in outcomes]


def fill(pipe, make_disk) -> list[str]:
    """Writes before, while and after the disk is full; returns what was acknowledged."""
    file = Path(connections.settings["default"]["NAME"])
    try:
        disk = make_disk(file.parent)
    except NotPermitted as refusal:
        pipe.send(refusal)
        return []
    database_file(str(file)).create()

    async def scenario() -> list[object]:
        store = Store()
        await store.execute(NOTES)
        outcomes = await asyncio.gather(*(add(store, note(number)) for number in range(20)))
        with disk.full():
            for repeated in range(2):
                refused = await add_in_one_group(store, [note(100 + number) for number in range(30)])
                pipe.send(words(refused))
                assert await store.fetch_value("SELECT count(*) FROM notes") == 20, repeated
        outcomes += await asyncio.gather(*(add(store, note(200 + number)) for number in range(20)))
        with disk.full(spare=200_000):
            mixed = [note(300), note(301), "y" * 6_000_000, note(302), note(303)]
            outcomes += (answers := await add_in_one_group(store, mixed))
            pipe.send(words(answers))
        outcomes += [await add(store, note(400))]
        await store.close()
        return outcomes

    acknowledged = [body for body in asyncio.run(scenario()) if isinstance(body, str)]
    assert bodies(file) == acknowledged
    return [body.split()[0] for body in acknowledged]


@pytest.mark.parametrize("make_disk", [SmallDisk, SmallFiles])
def test_a_full_disk(tmp_path, make_disk):
    folder = tmp_path / "small"
    folder.mkdir()
    with Child(folder / "notes.sqlite3", fill, make_disk) as child:
        first = child.hear()
        if isinstance(first, NotPermitted):
            pytest.skip(f"no disk of one's own: {first}")
        error = (
            "OperationalError: database or disk is full"
            if make_disk is SmallDisk
            else "OperationalError: disk I/O error"
        )
        assert first == [error] * 30
        assert child.hear() == [error] * 30
        assert child.hear() == ["written", "written", error, "written", "written"]
        numbers = [*range(20), *range(200, 220), 300, 301, 302, 303, 400]
        assert child.hear() == [str(number) for number in numbers]
