"""What `store.health` says of a disk that is full and of a file that may only be read."""

from __future__ import annotations

import asyncio
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connections

from storage.sqlite.file import database_file
from storage.store import Store
from storage.watch import health
from storage.watch.metrics import StorageCollector
from tests.storage.faults.children import Child
from tests.storage.faults.files import INSERT, NOTES
from tests.storage.faults.machine import NotPermitted, SmallDisk, SmallFiles, heed_file_modes

pytestmark = pytest.mark.sqlite_only("PostgreSQL's disk is not this process's")

PAGE = "x" * 4000


async def refused(store: Store) -> None:
    """Write until it fails."""
    failed = False
    while not failed:
        outcomes = await asyncio.gather(*(store.execute(INSERT, [PAGE]) for _ in range(10)), return_exceptions=True)
        failed = any(isinstance(outcome, DatabaseError) for outcome in outcomes)


def troubles(store: Store) -> dict[str, float]:
    """What Prometheus is told, by kind of work."""
    families = StorageCollector(store).collect()
    (trouble,) = (family for family in families if family.name == "posthorn_storage_trouble")
    return {sample.labels["kind"]: sample.value for sample in trouble.samples}


def fill(pipe: Pipe, make_disk: type[SmallDisk] | type[SmallFiles], reserve: int) -> None:
    file = Path(connections.settings["default"]["NAME"])
    try:
        disk = make_disk(file.parent)
    except NotPermitted as refusal:
        pipe.send(refusal)
        return
    database_file(str(file)).create()
    settings.DISK_RESERVE_MB = reserve
    health.FRESH_SECONDS = 0.0

    async def scenario() -> None:
        store = Store()
        await store.execute(NOTES)
        pipe.send(await store.health())
        with disk.full():
            await refused(store)
            pipe.send(await store.health())
            pipe.send(troubles(store))
        await store.execute(INSERT, ["after"])
        pipe.send(await store.health())
        pipe.send(troubles(store))
        await store.close()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("make_disk", "reserve", "said"),
    [
        (SmallDisk, 1, ["the disk is full", "the disk is nearly full: 0 MB are left, and 1 are wanted"]),
        (SmallFiles, 0, ["the disk reports errors"]),
    ],
)
def test_a_full_disk_is_said_and_with_space_all_is_well_again(tmp_path, make_disk, reserve, said):
    folder = tmp_path / "small"
    folder.mkdir()
    with Child(folder / "notes.sqlite3", fill, make_disk, reserve) as child:
        first = child.hear()
        if isinstance(first, NotPermitted):
            pytest.skip(f"no disk of one's own: {first}")
        assert first == []
        assert child.hear() == said
        assert child.hear() == {"write": 1.0, "read": 0.0}
        assert child.hear() == []
        assert child.hear() == {"write": 0.0, "read": 0.0}


def look_at_closed(pipe: Pipe, closed: Path) -> None:
    try:
        heed_file_modes()
    except NotPermitted as refusal:
        pipe.send(refusal)
        return
    health.FRESH_SECONDS = 0.0

    mode = closed.stat().st_mode
    store = Store()
    for writable in (True, False, True):
        closed.chmod(mode if writable else mode & ~0o222)
        pipe.send(asyncio.run(store.health()))
    asyncio.run(store.close())


@pytest.mark.parametrize("closed", ["file", "folder"])
def test_what_may_only_be_read_is_said(file, closed):
    with Child(file, look_at_closed, file if closed == "file" else file.parent) as child:
        first = child.hear()
        if isinstance(first, NotPermitted):
            pytest.skip(str(first))
        assert first == []
        assert "the database's file or folder may only be read" in child.hear()
        assert child.hear() == []
