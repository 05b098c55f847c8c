"""A result leaves only when the log is on the disk: where the disk cannot keep it, nobody hears "written"."""

from __future__ import annotations

import asyncio

import pytest
from django.db import OperationalError

from storage.store import Store
from tests.storage.faults.children import Child
from tests.storage.faults.files import INSERT, bodies, opened
from tests.storage.faults.machine import NotPermitted, fail_every_sync

pytestmark = pytest.mark.sqlite_only("PostgreSQL's disk is not this process's")


def write_without_a_disk(pipe) -> object:
    try:
        fail_every_sync()
    except NotPermitted as refusal:
        return refusal

    async def scenario() -> object:
        store = Store()
        writes = (store.execute(INSERT, [str(number)]) for number in range(20))
        outcomes = await asyncio.gather(*writes, return_exceptions=True)
        count = await store.fetch_value("SELECT count(*) FROM notes")
        await store.close()
        return outcomes, count

    return asyncio.run(scenario())


def test_without_a_sync_nothing_is_acknowledged(file):
    with opened(file) as connection:  # a log that has begun: else its first header would be synced in any case
        connection.execute("INSERT INTO notes (body) VALUES ('before')")
        with Child(file, write_without_a_disk) as child:
            answer = child.hear()
    if isinstance(answer, NotPermitted):
        pytest.skip(str(answer))
    outcomes, count = answer
    assert [(type(outcome), str(outcome)) for outcome in outcomes] == [(OperationalError, "disk I/O error")] * 20
    assert count == 1
    assert bodies(file) == ["before"]
