"""What only the workers do: group commit, one slow query among quick ones, and recovery."""

from __future__ import annotations

import asyncio
import os
import threading

import pytest
from django.db import OperationalError

from storage.engines import engine_of
from storage.exceptions import WorkerDied
from storage.pool.tasks import Task
from storage.pool.workers import Readers
from storage.store import Store
from tests.storage.faults.files import open_files
from tests.storage.held import held, in_one_group

pytestmark = pytest.mark.usefixtures("notes")

ONE_WRITER = pytest.mark.sqlite_only("work is committed in groups where one writes at a time")
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


@pytest.fixture(autouse=True)
def _on_workers(settings):
    settings.STORAGE_WORKERS = True


def insert(connection, body):
    return connection.execute("INSERT INTO notes (body) VALUES (%s) RETURNING id", [body]).last_insert_id


@ONE_WRITER
async def test_what_waits_is_committed_together(store, opened):
    gate = threading.Event()
    first = await held(store, gate)
    statements: list[str] = []
    writer = next(c for c in opened if c.in_transaction)
    writes = [asyncio.create_task(store.transaction(insert, str(i))) for i in range(100)]
    await asyncio.sleep(0)
    writer.raw.set_trace_callback(statements.append)
    gate.set()
    await asyncio.gather(first, *writes)
    assert statements.count("COMMIT") == 2  # the one that was held, and one for a hundred
    assert statements.count("BEGIN IMMEDIATE") == 1


async def test_no_result_leaves_before_the_commit(store, monkeypatch, database):
    delivered_while_uncommitted = []
    original = Task.deliver

    def deliver(self, value=None, error=None):
        if isinstance(value, int) and not database.rows("SELECT 1 FROM notes WHERE id = %s", [value]):
            delivered_while_uncommitted.append(value)
        return original(self, value, error)

    with monkeypatch.context() as patched:
        patched.setattr(Task, "deliver", deliver)
        ids = await asyncio.gather(*(store.transaction(insert, str(i)) for i in range(100)))
    assert len(set(ids)) == 100
    assert delivered_while_uncommitted == []


async def test_a_slow_query_delays_nobody(store):
    slow = asyncio.create_task(store.fetch_value(ENDLESS))
    await asyncio.sleep(0)
    quick = await asyncio.wait_for(asyncio.gather(*(store.fetch_value("SELECT %s", [i]) for i in range(100))), 10)
    assert quick == list(range(100))
    assert not slow.done()
    slow.cancel()


async def test_work_that_fails_is_undone_alone_and_its_group_is_kept(store):
    def fail(connection):
        insert(connection, "gone")
        raise LookupError("changed my mind")

    calls = (store.transaction(insert, "before"), store.transaction(fail), store.transaction(insert, "after"))
    _, before, failed, after = await in_one_group(store, *calls)
    assert isinstance(failed, LookupError)
    assert [row["body"] for row in await store.fetch_all("SELECT body FROM notes ORDER BY id")] == ["before", "after"]
    assert before != after


@ONE_WRITER
async def test_when_sqlite_rolls_back_a_group_the_others_run_again(store):
    gate = threading.Event()
    first = await held(store, gate)

    def sabotage(connection):
        connection.raw.execute("ROLLBACK")  # as SQLite itself does on a full disk or an interrupted write
        raise OperationalError("the disk is full")

    before = [asyncio.create_task(store.transaction(insert, f"before {i}")) for i in range(5)]
    await asyncio.sleep(0)
    bad = asyncio.create_task(store.transaction(sabotage))
    await asyncio.sleep(0)
    after = [asyncio.create_task(store.transaction(insert, f"after {i}")) for i in range(5)]
    await asyncio.sleep(0)
    gate.set()
    ids = await asyncio.gather(first, *before, *after)
    with pytest.raises(OperationalError, match="disk is full"):
        await bad
    assert len(set(ids[1:])) == 10
    assert await store.fetch_value("SELECT count(*) FROM notes") == 10


@ONE_WRITER
async def test_a_commit_that_fails_fails_its_whole_group_and_no_later_one(store):
    def break_deferred_constraint(connection):
        connection.execute("CREATE TABLE child (parent REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED)")
        connection.execute("INSERT INTO child VALUES (999)")

    gate = threading.Event()
    first = await held(store, gate)
    bad = asyncio.create_task(store.transaction(break_deferred_constraint))
    fellow = asyncio.create_task(store.transaction(insert, "fellow"))
    await asyncio.sleep(0)
    gate.set()
    await first
    for task in (bad, fellow):
        with pytest.raises(Exception, match="FOREIGN KEY"):
            await task
    await store.transaction(insert, "later")
    assert await store.fetch_all("SELECT body FROM notes") == [{"body": "later"}]


async def test_somebody_elses_lock_gives_a_clear_error_and_then_it_works_again(store, database, patience):
    patience(0.1)
    fresh = Store()
    with database.locked():
        with pytest.raises(OperationalError, match=r"locked|lock timeout"):
            await fresh.transaction(insert, "a")
        assert await fresh.fetch_value("SELECT count(*) FROM notes") == 0  # reading goes on meanwhile
    await fresh.transaction(insert, "a")
    await fresh.close()


async def test_a_dead_worker_is_replaced(store, opened):
    def die(_connection):
        raise KeyboardInterrupt

    for _ in range(10):
        with pytest.raises(WorkerDied):
            await store.transaction(die)
    assert await store.transaction(insert, "a") == 1
    closed = [c for c in opened if c.broken]
    assert len(closed) == 10
    for connection in closed:
        with pytest.raises(Exception, match="closed"):
            connection.raw.execute("SELECT 1")


async def test_a_database_that_cannot_be_opened_gives_an_error_and_the_next_try_counts(transactional_db, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise OperationalError("unable to open database file")

    engine = engine_of("default")
    for workers in (Readers(engine, threads=1, limit=10), engine.writer(limit=10)):
        with monkeypatch.context() as patched:
            patched.setattr(type(engine), "connect", refuse)
            with pytest.raises(OperationalError, match="unable to open"):
                await workers.submit(lambda c: c.fetch_value("SELECT 1"), None)
        assert await workers.submit(lambda c: c.fetch_value("SELECT 1"), None) == 1
        await workers.close()


@pytest.mark.parametrize("kind", ["readers", "writer"])
def test_work_is_not_lost_with_the_loop_that_would_have_started_it(kind, transactional_db):
    engine = engine_of("default")
    workers = engine.writer(limit=10) if kind == "writer" else Readers(engine, threads=1, limit=10)

    async def leave_at_once():
        waiting = asyncio.ensure_future(workers.submit(lambda c: c.fetch_value("SELECT 1"), None))
        await asyncio.sleep(0)
        waiting.cancel()

    for _ in range(5):
        asyncio.run(leave_at_once())
    assert asyncio.run(asyncio.wait_for(workers.submit(lambda c: c.fetch_value("SELECT 2"), None), 10)) == 2
    asyncio.run(workers.close())


async def test_cancelling_a_thousand_writes_leaks_nothing(store):
    # Every writer has its connection.
    await asyncio.gather(*(store.transaction(insert, f"first {i}") for i in range(100)))
    before = open_files()
    writes = [asyncio.create_task(store.transaction(insert, str(i))) for i in range(900)]
    await asyncio.sleep(0)
    for write in writes[::2]:
        write.cancel()
    await asyncio.gather(*writes, return_exceptions=True)
    assert await store.transaction(insert, "last") > 0
    kept = {row["body"] for row in await store.fetch_all("SELECT body FROM notes")}
    assert {str(i) for i in range(1, 900, 2)} <= kept
    assert store.stats()["default writer"]["depth"] == 0
    assert open_files() <= before + 6  # at most two readers': the file, its log, its index


def test_a_forked_child_opens_its_own_connections(transactional_db):
    store = Store()
    assert asyncio.run(store.fetch_value("SELECT 1")) == 1
    child = os.fork()
    if child == 0:
        try:
            answer = asyncio.run(asyncio.wait_for(store.fetch_value("SELECT 2"), 10))
        except BaseException:  # noqa: BLE001 - the child must end here, whatever happens
            answer = None
        os._exit(0 if answer == 2 else 1)
    _, status = os.waitpid(child, 0)
    assert status == 0
    asyncio.run(store.close())
