"""What `storage.store` promises, over both paths, on the engine that this run of the tests is about."""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import closing, suppress
from traceback import walk_tb

import pytest
from asgiref.sync import async_to_sync
from django.db import DataError, IntegrityError, OperationalError, ProgrammingError, connections
from django.utils.connection import ConnectionDoesNotExist

from storage.exceptions import PoolClosed, QueryTimeout, QueueFull, WorkerDied
from storage.store import Store, dialect, sql
from tests.storage.statements import ENDLESS, LONG

pytestmark = pytest.mark.usefixtures("flag", "notes")


async def add(store: Store, body: str) -> int:
    result = await store.execute("INSERT INTO notes (body) VALUES (%s) RETURNING id", [body])
    assert result.last_insert_id is not None
    return result.last_insert_id


async def test_execute_tells_what_changed(store):
    first = await store.execute("INSERT INTO notes (body) VALUES (%s), (%s) RETURNING id", ["a", "b"])
    assert (first.changes, first.last_insert_id) == (2, 2)
    assert (await store.execute("UPDATE notes SET body = body || '!'")).changes == 2
    assert (await store.execute("DELETE FROM notes WHERE id = 99")).changes == 0


async def test_rows_come_as_dicts_in_order(store):
    await add(store, "a")
    await add(store, "b")
    assert await store.fetch_all("SELECT id, body FROM notes ORDER BY id") == [
        {"id": 1, "body": "a"},
        {"id": 2, "body": "b"},
    ]
    assert await store.fetch_all("SELECT id FROM notes WHERE id > 9") == []


@pytest.mark.parametrize(
    "name", ["it's", 'a "name"', "{v0}", "back\\slash", "two\nlines", "'+str(1)+'", "Zürich 📯", "for"]
)
async def test_a_column_may_have_any_name(store, name):
    column = '"' + name.replace('"', '""') + '"'
    sql = f"SELECT 1 AS {column}, 2 AS twice, 3 AS twice"
    assert await store.fetch_all(sql) == [{name: 1, "twice": 3}]
    assert await store.fetch_one(sql) == {name: 1, "twice": 3}


async def test_one_row_one_value_or_none(store):
    await add(store, "a")
    assert await store.fetch_one("SELECT body FROM notes") == {"body": "a"}
    assert await store.fetch_one("SELECT body FROM notes WHERE id = 9") is None
    assert await store.fetch_value("SELECT body FROM notes") == "a"
    assert await store.fetch_value("SELECT body FROM notes WHERE id = 9") is None


async def test_json_comes_as_the_text_that_the_database_built(store):
    await add(store, 'ü"\n')
    statement = sql("SELECT {notes} FROM notes", notes=dialect.json_list(dialect.json_object(body="body")))
    text = await store.fetch_json(statement)
    assert isinstance(text, str)
    assert json.loads(text) == [{"body": 'ü"\n'}]
    assert await store.fetch_json("SELECT body FROM notes WHERE id = 9") == "null"
    with pytest.raises(DataError, match="JSON text"):
        await store.fetch_json("SELECT 7")


async def test_percent_signs_are_doubled_as_in_django(store):
    await add(store, "50 %")
    assert await store.fetch_value("SELECT body FROM notes WHERE body LIKE '50 %%' AND id = %s", [1]) == "50 %"


async def test_a_transaction_returns_what_its_function_returns(store):
    def work(connection, *bodies):
        for body in bodies:
            connection.execute("INSERT INTO notes (body) VALUES (%s)", [body])
        return connection.fetch_value("SELECT count(*) FROM notes")

    assert await store.transaction(work, "a", "b") == 2


async def test_a_transaction_that_raises_leaves_nothing(store):
    def work(connection):
        connection.execute("INSERT INTO notes (body) VALUES ('a')")
        raise LookupError("changed my mind")

    with pytest.raises(LookupError, match="changed my mind"):
        await store.transaction(work)
    assert await store.fetch_value("SELECT count(*) FROM notes") == 0


async def test_a_savepoint_undoes_only_its_own_part(store):
    def twice(connection):
        with connection.savepoint():
            connection.execute("INSERT INTO notes (body) VALUES ('gone')")
            connection.execute("INSERT INTO notes (body) VALUES ('kept')")

    def work(connection):
        connection.execute("INSERT INTO notes (body) VALUES ('kept')")
        with pytest.raises(IntegrityError):
            twice(connection)

    await store.transaction(work)
    assert await store.fetch_all("SELECT body FROM notes") == [{"body": "kept"}]


async def test_one_failure_among_many_writes_takes_only_itself(store):
    results = await asyncio.gather(
        *(add(store, body) for body in ["a", "b", "a", "c"] + [f"n{i}" for i in range(50)]), return_exceptions=True
    )
    errors = [result for result in results if isinstance(result, BaseException)]
    assert [type(error) for error in errors] == [IntegrityError]
    assert await store.fetch_value("SELECT count(*) FROM notes") == 53


async def test_a_write_is_seen_by_the_read_that_follows(store):
    for number in range(50):
        await add(store, str(number))
        assert await store.fetch_value("SELECT count(*) FROM notes") == number + 1


async def test_a_returning_clause_does_not_hold_up_the_commit(store):
    await store.execute("INSERT INTO notes (body) VALUES ('a'), ('b') RETURNING id")
    assert await store.fetch_value("SELECT count(*) FROM notes") == 2


@pytest.mark.parametrize("method", ["fetch_all", "fetch_one", "fetch_value", "fetch_json"])
async def test_reading_cannot_write(store, method):
    with pytest.raises(OperationalError, match=r"read-?only"):
        await getattr(store, method)("INSERT INTO notes (body) VALUES ('a') RETURNING id")
    await add(store, "a")  # and writing still can
    assert await store.fetch_value("SELECT count(*) FROM notes") == 1


@pytest.mark.parametrize(
    "poison", ["a\0b", "\ud800", "\udfff!", 2**63, -(2**63) - 1, float("nan"), "x" * (10 * 1024 * 1024), object()]
)
async def test_poison_gets_a_clean_error_and_harms_nobody(store, poison):
    results = await asyncio.gather(
        add(store, "before"),
        store.execute("INSERT INTO notes (body) VALUES (%s)", [poison]),
        add(store, "after"),
        store.fetch_value("SELECT %s", [poison]),
        return_exceptions=True,
    )
    assert isinstance(results[0], int)
    assert isinstance(results[2], int)
    assert all(type(results[i]).__module__ == "django.db.utils" for i in (1, 3)), results
    assert await store.fetch_value("SELECT count(*) FROM notes") == 2


async def test_errors_keep_djangos_classes(store):
    await add(store, "a")
    with pytest.raises(IntegrityError):
        await add(store, "a")
    with pytest.raises((OperationalError, ProgrammingError), match="nowhere"):
        await store.fetch_all("SELECT * FROM nowhere")
    with pytest.raises(ConnectionDoesNotExist, match="elsewhere"):
        await store.fetch_all("SELECT 1", database="elsewhere")


async def test_a_deadline_interrupts_the_statement(store):
    with pytest.raises(QueryTimeout) as caught:
        await store.fetch_value(ENDLESS, timeout=0.05)
    assert caught.value.code == "timeout"
    # The statement is really gone, and its thread free: with one thread only, this would wait for ever.
    assert await asyncio.wait_for(asyncio.gather(*(store.fetch_value("SELECT 1") for _ in range(8))), 10) == [1] * 8


async def test_several_statements_read_one_snapshot(store):
    await add(store, "before")
    counted, written = threading.Event(), threading.Event()

    def work(connection, sql):
        before = connection.fetch_value(sql)
        counted.set()
        assert written.wait(10)
        return before, connection.fetch_value(sql)

    def write():
        assert counted.wait(10)
        # A connection of its own: on SQLite's stock path the one thread of the store is reading.
        other = connections.create_connection("default")
        with closing(other), other.cursor() as cursor:
            cursor.execute("INSERT INTO notes (body) VALUES ('meanwhile')")
        written.set()

    writing = asyncio.create_task(asyncio.to_thread(write))
    assert await store.read(work, "SELECT count(*) FROM notes") == (1, 1)
    await writing
    assert await store.read(lambda c: c.fetch_value("SELECT count(*) FROM notes")) == 2


async def test_a_snapshot_ends_with_its_reading_however_that_ends(store):
    def fail(connection):
        connection.fetch_value("SELECT count(*) FROM notes")
        raise LookupError("changed my mind")

    def write(connection):
        connection.execute("INSERT INTO notes (body) VALUES ('a')")

    for work, error in [(fail, LookupError), (write, OperationalError)] * 6:
        with pytest.raises(error):
            await store.read(work)
    with pytest.raises(QueryTimeout):
        await store.read(lambda c: c.fetch_value(ENDLESS), timeout=0.05)
    for number in range(1, 20):
        await add(store, str(number))
        assert await store.read(lambda c: c.fetch_value("SELECT count(*) FROM notes")) == number


@pytest.mark.parametrize("kind", ["read", "write"])
async def test_a_deadline_between_two_statements_stops_the_next(store, kind):
    passed = threading.Event()

    def work(connection):
        connection.fetch_value("SELECT 1")
        passed.wait(10)
        connection.fetch_value(LONG)

    submit = store.transaction if kind == "write" else store.read
    with pytest.raises(QueryTimeout):
        await submit(work, timeout=0.3)  # long enough to have begun
    passed.set()
    queues = store.queues()
    await asyncio.wait_for(store.close(), 10)  # which waits for the work
    assert sum(queue.figures.outcomes["interrupted"] for queue in queues) == 1


@pytest.mark.sqlite_only("a statement that is not reset waits for the one that runs; PostgreSQL's results hold nothing")
async def test_an_error_holds_no_open_cursor(store):
    """Whoever drops the error last would reset the statement: on any thread, waiting for whatever it does by then."""
    with pytest.raises(IntegrityError) as caught:
        await store.execute("INSERT INTO notes (id) VALUES ('none')")
    held = [value for frame, _ in walk_tb(caught.tb) for value in frame.f_locals.values()]
    for cursor in (value for value in held if hasattr(value, "fetchone") and not isinstance(value, type)):
        with pytest.raises(Exception, match="closed cursor"):
            cursor.fetchone()


async def test_a_write_past_its_deadline_takes_nobody_along(store):
    slow = asyncio.create_task(store.execute(f"INSERT INTO notes (body) {ENDLESS}", timeout=0.1))
    others = await asyncio.gather(*(add(store, str(i)) for i in range(20)))
    with pytest.raises(QueryTimeout):
        await slow
    assert len(set(others)) == 20
    assert await store.fetch_value("SELECT count(*) FROM notes") == 20


async def test_cancelled_reads_are_interrupted(store):
    reads = [asyncio.create_task(store.fetch_value(ENDLESS)) for _ in range(6)]
    await asyncio.sleep(0)
    for read in reads:
        read.cancel()
    assert all(isinstance(r, asyncio.CancelledError) for r in await asyncio.gather(*reads, return_exceptions=True))
    assert await asyncio.wait_for(store.fetch_value("SELECT 1"), 10) == 1


async def test_a_full_queue_refuses_at_once_and_takes_again_later(settings, transactional_db):
    settings.STORAGE_MAX_QUEUE_SIZE = 3
    store = Store()
    gate = threading.Event()
    writes = [asyncio.create_task(store.transaction(lambda _: gate.wait(10))) for _ in range(12)]
    full = None
    while full is None:
        await asyncio.sleep(0)
        full = next((w.exception() for w in writes if w.done()), None)
    gate.set()
    results = await asyncio.gather(*writes, return_exceptions=True)
    assert isinstance(full, QueueFull)
    assert full.code == "queue_full"
    assert {type(r) for r in results} == {bool, QueueFull}
    assert await store.fetch_value("SELECT 1") == 1
    await store.close()


async def test_whatever_the_work_raises_harms_nobody_else(store, capfd):
    def die(_connection):
        raise SystemExit("the end")

    def stop(_connection):
        raise StopIteration

    dead = asyncio.create_task(store.transaction(die))
    stopped = asyncio.create_task(store.transaction(stop))
    assert len({*await asyncio.gather(*(add(store, str(i)) for i in range(10)))}) == 10
    with pytest.raises(WorkerDied) as caught:
        await dead
    assert isinstance(caught.value.__cause__, SystemExit)
    with pytest.raises(RuntimeError, match="StopIteration"):
        await stopped
    assert await store.fetch_value("SELECT count(*) FROM notes") == 10


async def test_close_finishes_what_was_accepted_then_refuses(store):
    writes = [asyncio.create_task(add(store, str(i))) for i in range(100)]
    await asyncio.wait(writes, return_when=asyncio.FIRST_COMPLETED)
    await store.close()
    assert len({*await asyncio.gather(*writes)}) == 100
    with pytest.raises(PoolClosed) as caught:
        await store.fetch_value("SELECT 1")
    assert caught.value.code == "closed"
    await store.close()  # twice does no harm


async def test_close_ends_every_thread(transactional_db):
    before = set(threading.enumerate())
    store = Store()
    await asyncio.gather(store.fetch_value("SELECT 1"), store.execute("DELETE FROM notes"))
    await store.close()
    assert [one for one in threading.enumerate() if one not in before and one.name.startswith("storage")] == []


def test_it_works_from_any_event_loop(transactional_db):
    store = Store()
    for _ in range(3):
        assert async_to_sync(store.fetch_value)("SELECT 1") == 1

    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(asyncio.run(store.fetch_value("SELECT 2")))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert answers == [2] * 4
    async_to_sync(store.close)()


async def test_synchronous_code_runs_the_same_work(store, flag):
    from channels.db import database_sync_to_async  # noqa: PLC0415

    def work(connection, body):
        return connection.execute("INSERT INTO notes (body) VALUES (%s) RETURNING id", [body]).last_insert_id

    assert await database_sync_to_async(store.run_transaction)(work, "a") == 1
    assert await store.fetch_value("SELECT body FROM notes") == "a"


async def test_figures_tell_what_happened(store, flag):
    await add(store, "a")
    with pytest.raises(IntegrityError):
        await add(store, "a")
    figures = store.stats()["default writer" if flag else "default stock writes"]
    assert figures["failed"] == 1
    assert figures["done"] >= 1
    assert figures["depth"] == 0


@pytest.mark.parametrize("character", ["a", "ü", "\u20ac", "\U0001f4ef"], ids=["1 byte", "2", "3", "4"])
@pytest.mark.parametrize("before", ["", "a", "aa", "aaa"])
async def test_long_json_arrives_whole(store, character, before):
    text = json.dumps(before + character * 200_000, ensure_ascii=False)
    assert await store.fetch_json("SELECT %s", [text]) == text


async def test_a_transaction_whose_error_was_swallowed_is_not_said_to_be_kept(store):
    """SQLite undoes the one statement and goes on, PostgreSQL undoes all: what is acknowledged is what is stored."""

    def work(connection):
        connection.execute("INSERT INTO notes (body) VALUES ('kept?')")
        with suppress(IntegrityError):
            connection.execute("INSERT INTO notes (body) VALUES ('there')")

    await add(store, "there")
    kept = 1
    try:
        await store.transaction(work)
    except OperationalError:
        kept = 0
    assert await store.fetch_value("SELECT count(*) FROM notes WHERE body = 'kept?'") == kept
