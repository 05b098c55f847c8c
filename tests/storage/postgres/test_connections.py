"""Connections that are lost, statements that are stopped, and what a COMMIT without an answer means."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError

from storage.exceptions import OutcomeUnknown, QueryTimeout
from tests.storage.faults.files import open_files
from tests.storage.statements import ENDLESS

pytestmark = [
    pytest.mark.usefixtures("notes"),
    pytest.mark.postgres_only("PostgreSQL's connections are lost, its statements cancelled"),
]

BUSY = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'posthorn' AND state = 'active' AND query LIKE %s
"""
END_ALL = """
    SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'posthorn'
"""


def insert(connection, body):
    return connection.execute("INSERT INTO notes (body) VALUES (%s) RETURNING id", [body]).last_insert_id


async def until(look: Callable[[], Any]) -> Any:
    """What a look at the server finds, once it finds something."""
    async with asyncio.timeout(30):
        while not (found := await asyncio.to_thread(look)):
            pass
        return found


def busy(admin, query: str) -> list[int]:
    return [pid for (pid,) in admin.execute(BUSY, [query]).fetchall()]


@pytest.mark.parametrize("kind", ["read", "write"])
async def test_a_deadline_stops_the_statement_on_the_server(store, admin, kind):
    submit = store.transaction if kind == "write" else store.read
    endless = asyncio.create_task(submit(lambda c: c.fetch_value(ENDLESS), timeout=1.0))
    await until(lambda: busy(admin, "%pg_sleep%"))
    with pytest.raises(QueryTimeout):
        await endless
    await until(lambda: not busy(admin, "%pg_sleep%"))
    # The same connections go on, and none of them was hit by what was meant for the work before.
    assert await asyncio.gather(*(store.fetch_value("SELECT 1") for _ in range(50))) == [1] * 50
    assert await store.transaction(insert, "after") == 1


async def test_a_cancelled_read_stops_on_the_server(store, admin):
    read = asyncio.create_task(store.fetch_value(ENDLESS))
    await until(lambda: busy(admin, "%pg_sleep%"))
    read.cancel()
    await until(lambda: not busy(admin, "%pg_sleep%"))


async def test_a_lost_connection_fails_its_own_work_alone(store, admin):
    slow = asyncio.create_task(store.fetch_value(ENDLESS))
    (pid,) = await until(lambda: busy(admin, "%pg_sleep%"))
    others = [asyncio.create_task(store.fetch_value("SELECT %s::int", [n])) for n in range(100)]
    admin.execute("SELECT pg_terminate_backend(%s)", [pid])
    with pytest.raises(OperationalError):
        await slow
    assert await asyncio.gather(*others) == list(range(100))


async def test_work_does_not_meet_with_a_connection_that_was_lost_while_idle(store, admin):
    for number in range(5):
        await asyncio.gather(*(store.fetch_value("SELECT 1") for _ in range(10)))
        assert await store.transaction(insert, str(number))
        admin.execute(END_ALL)
    assert await store.fetch_value("SELECT count(*) FROM notes") == 5


async def test_an_answer_that_is_lost_during_commit_is_unknown(store, admin):
    admin.execute("CREATE FUNCTION doze() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(3600); END'")
    admin.execute(
        "CREATE CONSTRAINT TRIGGER doze AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION doze()"
    )
    try:
        write = asyncio.create_task(store.transaction(insert, "perhaps"))
        (pid,) = await until(lambda: busy(admin, "COMMIT"))
        admin.execute("SELECT pg_terminate_backend(%s)", [pid])
        with pytest.raises(OutcomeUnknown) as caught:
            await write
        assert isinstance(caught.value, OperationalError)
        assert caught.value.code == "unknown"
    finally:
        admin.execute("DROP FUNCTION doze CASCADE")
    assert await store.transaction(insert, "later")
    assert await store.fetch_all("SELECT body FROM notes") == [{"body": "later"}]


async def test_a_commit_that_comes_with_a_warning_is_unknown(store, admin):
    """So the server says that it did not wait for its standby."""
    admin.execute(
        "CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE WARNING 'alone'; RETURN NULL; END$$"
    )
    admin.execute(
        "CREATE CONSTRAINT TRIGGER warn AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION warn()"
    )
    try:
        with pytest.raises(OutcomeUnknown, match="alone"):
            await store.transaction(insert, "kept")
    finally:
        admin.execute("DROP FUNCTION warn CASCADE")
    assert await store.fetch_value("SELECT body FROM notes") == "kept"


async def test_two_that_wait_for_each_other_both_succeed(store):
    for body in ("a", "b"):
        await store.transaction(insert, body)
    both = threading.Barrier(2)
    runs = []

    def work(connection, first, second):
        runs.append(first)
        connection.execute("UPDATE notes SET body = body || '!' WHERE id = %s", [first])
        if len(runs) <= 2:
            both.wait(30)
        connection.execute("UPDATE notes SET body = body || '?' WHERE id = %s", [second])

    await asyncio.gather(store.transaction(work, 1, 2), store.transaction(work, 2, 1))
    assert len(runs) == 3  # one of them gave way
    rows = await store.fetch_all("SELECT body FROM notes")
    assert sorted(len(row["body"]) for row in rows) == [3, 3]


async def test_a_statement_that_was_altered_beneath_its_plan_works_at_the_next_try(store, admin):
    look = "SELECT * FROM notes WHERE id = %s"
    assert await store.fetch_one(look, [1]) is None
    assert await store.transaction(lambda c: c.fetch_one(look, [1])) is None
    admin.execute("ALTER TABLE notes ADD COLUMN more text")
    outcomes = [await asyncio.gather(store.fetch_all(look, [1]), return_exceptions=True) for _ in range(6)]
    assert outcomes[-1][0] == []


async def test_a_hundred_outages_leak_nothing(store, admin):
    async def round_of_work() -> list[object]:
        reads = [store.fetch_value("SELECT pg_sleep(0.001)") for _ in range(8)]
        writes = [store.transaction(insert, None) for _ in range(8)]
        return list(await asyncio.gather(*reads, *writes, return_exceptions=True))

    async def well() -> bool:
        return not any(isinstance(outcome, BaseException) for outcome in await round_of_work())

    assert await well()
    files, threads = open_files(), threading.active_count()
    for _ in range(100):
        work = asyncio.create_task(round_of_work())
        await asyncio.sleep(0)
        await asyncio.to_thread(admin.execute, END_ALL)
        assert all(
            not isinstance(outcome, Exception) or isinstance(outcome, OperationalError) for outcome in await work
        )
    assert await well()
    assert open_files() <= files + 2 * 6  # a socket and its twin for each connection that may not have been open
    assert threading.active_count() <= threads + 6
