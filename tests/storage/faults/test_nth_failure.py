"""Every operation on SQLite fails in turn: the first, the second, ... until a run is clean.

Whatever fails, everybody gets an answer, what was acknowledged is in the file, what was refused is not, and the store
works on.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connections

from storage.exceptions import StorageError
from storage.store import Store
from tests.storage.faults.files import INSERT

pytestmark = [
    pytest.mark.usefixtures("on_workers", "notes"),
    pytest.mark.sqlite_only("every operation of its library fails in turn"),
]


DEADLINE = 10
Call = Callable[[], Awaitable[object]]


class Faults:
    """Counts the operations and fails the `nth`, and so many that follow it."""

    def __init__(self, make: Callable[[Any], BaseException], nth: int, burst: int) -> None:
        self._make = make
        self._left = nth
        self._burst = burst
        self._lock = threading.Lock()
        self.struck: list[str] = []

    def strike(self, operation: str, raw: Any = None) -> None:
        with self._lock:
            self._left -= 1
            if not -self._burst < self._left <= 0:
                return
            self.struck.append(operation)
        raise self._make(raw)

    def end(self) -> None:
        self._burst = 0


class FaultyCursor:
    def __init__(self, cursor: Any, faults: Faults) -> None:
        self._cursor, self._faults = cursor, faults

    def __getattr__(self, name: str) -> Any:
        if name.startswith("fetch"):
            self._faults.strike(name)
        return getattr(self._cursor, name)


class FaultyConnection:
    def __init__(self, raw: Any, faults: Faults) -> None:
        self._raw, self._faults = raw, faults

    def execute(self, sql: str, *params: Any) -> FaultyCursor:
        self._faults.strike(sql, self._raw)
        return FaultyCursor(self._raw.execute(sql, *params), self._faults)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)


@pytest.fixture
def fail(monkeypatch):
    """Makes every connection that readers and writers open from now on fail by these faults."""
    original = connections.create_connection

    def install(faults: Faults) -> None:
        def create_connection(alias: str) -> Any:
            wrapper: Any = original(alias)
            if not re.search("readers|writer", threading.current_thread().name):
                return wrapper  # the flags' and the checkpointer's: they work by the clock
            connect = wrapper.get_new_connection

            def get_new_connection(params: Any) -> Any:
                faults.strike("connect")
                return FaultyConnection(connect(params), faults)

            wrapper.get_new_connection = get_new_connection
            return wrapper

        monkeypatch.setattr(connections, "create_connection", create_connection)

    return install


def io_error(_raw: Any) -> BaseException:
    return sqlite3.OperationalError("disk I/O error")


def io_error_and_rolled_back(raw: Any) -> BaseException:
    """What SQLite does by itself on the worst errors."""
    if raw is not None and raw.in_transaction:
        raw.execute("ROLLBACK")
    return sqlite3.OperationalError("disk I/O error")


def out_of_memory(_raw: Any) -> BaseException:
    return MemoryError()


class Death(BaseException):
    """Ends a thread as `SystemExit` does, without ending the event loop and these tests as well if it gets there."""


def death(_raw: Any) -> BaseException:
    return Death()


def insert(connection: Any, body: str) -> None:
    connection.execute(INSERT, [body])


def with_savepoint(connection: Any) -> None:
    insert(connection, "outer")
    try:
        with connection.savepoint():
            insert(connection, "inner, undone")
            raise LookupError
    except LookupError:
        pass
    insert(connection, "outer again")


def raises(connection: Any) -> None:
    insert(connection, "never")
    raise LookupError


async def scenario(store: Store) -> list[tuple[list[str], object]]:
    """Writes and reads of every kind, most of them at once; what each leaves if it succeeds, and its outcome."""
    first: list[tuple[list[str], Call]] = [
        *(([f"plain {number}"], partial(store.execute, INSERT, [f"plain {number}"])) for number in range(4)),
        (["outer", "outer again"], partial(store.transaction, with_savepoint)),
        ([], partial(store.transaction, raises)),
        (["returning"], partial(store.execute, f"{INSERT} RETURNING id", ["returning"])),
        ([], partial(store.execute, INSERT, ["taken"])),
        *(([f"last {number}"], partial(store.transaction, insert, f"last {number}")) for number in range(2)),
    ]
    then: list[tuple[list[str], Call]] = [
        ([], partial(store.fetch_all, "SELECT body FROM notes")),
        ([], partial(store.fetch_value, "SELECT count(*) FROM notes")),
        (["alone"], partial(store.execute, INSERT, ["alone"])),
    ]
    outcomes: list[tuple[list[str], object]] = []
    for part in (first, then):
        answers = await asyncio.wait_for(asyncio.gather(*(c() for _, c in part), return_exceptions=True), DEADLINE)
        outcomes += zip((leaves for leaves, _ in part), answers, strict=True)
    return outcomes


EXPECTED = (LookupError, IntegrityError)


def judge(outcomes: list[tuple[list[str], object]], there: list[str], struck: list[str]) -> list[str]:
    wrong = []
    for leaves, outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(
            outcome, (DatabaseError, StorageError, MemoryError, LookupError)
        ):
            wrong.append(f"an odd answer, {outcome!r}")
        times = 0 if isinstance(outcome, BaseException) else 1
        wrong += [f"{b!r} {there.count(b)} times, after {outcome!r}" for b in leaves if there.count(b) != times]
    wrong += [f"{body!r} is there" for body in ("never", "inner, undone") if body in there]
    failed = [o for _, o in outcomes if isinstance(o, BaseException) and not isinstance(o, EXPECTED)]
    if len(struck) == 1 and struck[0].startswith(("INSERT", "SELECT", "fetch")) and len(failed) > 1:
        wrong.append(f"{len(failed)} failed with it")
    return wrong


@pytest.mark.parametrize(
    ("make", "burst"),
    [
        (io_error, 1),
        (io_error, 2),
        (io_error_and_rolled_back, 1),
        (out_of_memory, 1),
        (death, 1),
        *(
            pytest.param(make, burst, marks=pytest.mark.long)
            for make in (io_error, io_error_and_rolled_back, out_of_memory, death)
            for burst in (2, 6)
        ),
    ],
)
async def test_whichever_operation_fails(transactional_db, store, fail, make, burst):
    await store.execute("INSERT INTO notes (body) VALUES ('taken')")
    wrong: list[str] = []
    nth = 0
    while True:
        nth += 1
        faults = Faults(make, nth, burst)
        fail(faults)
        faulty = Store()
        try:
            outcomes = await scenario(faulty)
            faults.end()
            await asyncio.wait_for(faulty.transaction(insert, "afterwards"), DEADLINE)
            there = [
                row["body"] for row in await asyncio.wait_for(faulty.fetch_all("SELECT body FROM notes"), DEADLINE)
            ]
            depths = [figures["depth"] for figures in faulty.stats().values()]
            await asyncio.wait_for(faulty.close(), DEADLINE)
        except TimeoutError:
            wrong.append(f"{nth}, {faults.struck}: somebody waits for ever")
            break
        problems = judge(outcomes, there, faults.struck)
        if there.count("afterwards") != 1 or any(depths):
            problems.append(f"afterwards: {there}, {depths}")
        wrong += [f"{nth}, {faults.struck}: {problem}" for problem in dict.fromkeys(problems)]
        if not faults.struck:
            break
        await store.execute("DELETE FROM notes WHERE body != 'taken'")
    assert nth > 40
    assert wrong == []
