"""The file, or the whole folder, may only be read: writes are refused, reads work, and later all is as it was."""

from __future__ import annotations

import asyncio
import shutil
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError

from storage.store import Store
from tests.storage.faults.children import Child
from tests.storage.faults.files import INSERT, bodies, opened
from tests.storage.faults.machine import NotPermitted, heed_file_modes

pytestmark = pytest.mark.sqlite_only("it is about the modes of the file")


def read_and_try_to_write(pipe: Pipe, closed: list[Path], workers: bool) -> None:
    settings.STORAGE_WORKERS = workers
    try:
        heed_file_modes()
    except NotPermitted as refusal:
        pipe.send(refusal)
        return
    modes = {path: path.stat().st_mode for path in closed}

    async def scenario() -> None:
        store = Store()
        for path, mode in modes.items():
            path.chmod(mode & ~0o222)
        for _ in range(2):
            writes = (store.execute(INSERT, [str(number)]) for number in range(10))
            pipe.send(await asyncio.gather(*writes, return_exceptions=True))
            pipe.send(await store.fetch_all("SELECT body FROM notes"))
        for path, mode in modes.items():
            path.chmod(mode)
        # The connections that found it closed are replaced, once a second at most.
        written = False
        while not written:
            try:
                await store.execute(INSERT, ["after"])
                written = True
            except OperationalError as error:
                assert "readonly" in str(error)  # noqa: PT017 - it may still be; that it ends is what is tested
                await asyncio.sleep(0.05)
        await store.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("workers", [True, False], ids=["workers", "stock"])
@pytest.mark.parametrize("closed", ["file", "folder"])
def test_started_on_what_may_only_be_read_it_reads_and_it_writes_once_it_may(file, tmp_path, closed, workers):
    folder = tmp_path / "copy"
    with opened(file) as connection:
        connection.execute("INSERT INTO notes (body) VALUES ('before')")
        shutil.copytree(file.parent, folder)  # with a log that nobody has merged yet
    copy = folder / file.name
    paths = [copy] if closed == "file" else [folder, *folder.iterdir()]
    with Child(copy, read_and_try_to_write, paths, workers) as child:
        for _ in range(2):
            refused = child.hear()
            if isinstance(refused, NotPermitted):
                pytest.skip(str(refused))
            assert {(type(error), str(error)) for error in refused} == {
                (OperationalError, "attempt to write a readonly database")
            }
            assert len(refused) == 10
            assert child.hear() == [{"body": "before"}]
        assert child.hear() is None
    assert bodies(copy) == ["before", "after"]
