"""Statements and values that no caller should send: whatever comes back, everybody else's work is as it should be."""

from __future__ import annotations

import asyncio
import datetime
import decimal
import enum
import uuid
from collections.abc import Awaitable

import pytest
from django.db import Error, OperationalError

from storage.store import Store
from tests.storage.faults.files import INSERT
from tests.storage.held import in_one_group
from tests.support.databases import ENGINE

pytestmark = pytest.mark.usefixtures("flag", "notes")

# What begins, ends or divides a transaction would do so for everybody who is committed with the caller.
CONTROL = [
    "BEGIN",
    "BEGIN IMMEDIATE",
    "COMMIT",
    "commit ;",
    "END TRANSACTION",
    "ROLLBACK",
    "/* now */ COMMIT",
    "-- now\n\tRollback",
    "; COMMIT",
    "\ufeffCOMMIT",
    "SAVEPOINT mine",
    "SAVEPOINT part",
    "RELEASE part",
    "RELEASE SAVEPOINT part",
    "ROLLBACK TO part",
    "ROLLBACK TRANSACTION TO SAVEPOINT part",
]
# What changes the connection would do so for everybody who comes later.
LASTING = [
    "PRAGMA query_only = ON",
    "PRAGMA query_only = OFF",
    "PRAGMA query_only(0)",
    "PRAGMA foreign_keys = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA locking_mode = EXCLUSIVE",
    "PRAGMA ignore_check_constraints = ON",
    "PRAGMA defer_foreign_keys = ON",
    "PRAGMA writable_schema = ON",
    "PRAGMA busy_timeout = 0",
    "PRAGMA temp_store = MEMORY",
    "ATTACH ':memory:' AS other",
    "DETACH main",
    "VACUUM",
]
ODD = [
    "",
    "   \n",
    ";",
    "-- nothing",
    "/* nothing */",
    "/* not closed",
    "SELECT 1; SELECT 2",
    "INSERT INTO notes (body) VALUES ('one'); COMMIT",
    "INSERT INTO notes (body) VALUES ('one'); INSERT INTO notes (body) VALUES ('two')",
    "EXPLAIN ROLLBACK",
    "nonsense",
    "SELECT",
    "\ufeffSELECT 1",
    "SELECT 'not closed",
    "SELECT raise(ROLLBACK, 'x')",
    "INSERT OR ROLLBACK INTO notes (id, body) SELECT id, 'again' FROM notes LIMIT 1",
    "SELECT 1 \0 COMMIT",
    "SELECT '\ud800'",
]


async def add(store: Store, body: str) -> str:
    await store.execute(INSERT, [body])
    return body


async def together(store: Store, *calls: Awaitable[object]) -> list[object]:
    """The outcomes of all of these, committed together with one that succeeds."""
    first, *outcomes = await in_one_group(store, *calls)
    assert first is None
    return outcomes


async def bodies(store: Store) -> list[str]:
    return [row["body"] for row in await store.fetch_all("SELECT body FROM notes ORDER BY id")]


SETTINGS = ("query_only", "foreign_keys", "synchronous", "journal_mode", "locking_mode", "ignore_check_constraints",
            "writable_schema", "busy_timeout", "temp_store")  # fmt: skip


LOOK = {name: f"SELECT * FROM pragma_{name}" for name in SETTINGS}  # noqa: S608 - names of our own
LOOK["databases"] = "SELECT count(*) FROM pragma_database_list"


def look(connection) -> dict[str, object]:
    return {name: connection.fetch_value(question) for name, question in LOOK.items()}


async def connections_of(store: Store) -> list[dict[str, object]]:
    readers = [{name: await store.fetch_value(question) for name, question in LOOK.items()} for _ in range(4)]
    return [await store.transaction(look), *readers]


@pytest.mark.sqlite_only("its connections are looked at by PRAGMA")
@pytest.mark.parametrize("statements", [CONTROL, LASTING, ODD], ids=["control", "lasting", "odd"])
async def test_a_statement_among_others(store, statements):
    before = await connections_of(store)
    for statement in statements:
        await among_others(store, statement)
        # Nobody finds anything different afterwards: not the next write, nor any reader.
        assert await connections_of(store) == before, statement
        for number in range(4):
            count = await store.fetch_value("SELECT count(*) FROM notes")
            await add(store, f"later {number}")
            assert await store.fetch_value("SELECT count(*) FROM notes") == count + 1, statement
            with pytest.raises(OperationalError, match="readonly"):
                await store.fetch_value(f"{INSERT} RETURNING id", ["by a reader"])
        await store.execute("DELETE FROM notes")


async def among_others(store: Store, statement: str) -> None:
    def between(connection) -> None:
        connection.execute(INSERT, ["between"])
        try:
            connection.execute(statement)
        finally:
            connection.execute(INSERT, ["between, after"])

    def in_savepoint(connection) -> None:
        with connection.savepoint():
            connection.execute(INSERT, ["savepoint"])
            connection.execute(statement)
            raise LookupError

    outcomes = await together(
        store,
        add(store, "a"),
        store.execute(statement),
        add(store, "b"),
        store.transaction(between),
        add(store, "c"),
        store.transaction(in_savepoint),
        add(store, "d"),
        store.fetch_value(statement),
        store.fetch_all(statement),
        add(store, "e"),
    )
    assert [outcome for outcome in outcomes if isinstance(outcome, str)] == list("abcde"), (statement, outcomes)
    wanted = list("abcde")
    if not isinstance(outcomes[3], BaseException):
        wanted += ["between", "between, after"]
    assert sorted(await bodies(store)) == sorted(wanted), (statement, outcomes)


async def test_a_transaction_cannot_be_ended_by_the_work_in_it(store):
    def work(connection, statement: str) -> None:
        connection.execute(INSERT, ["inside"])
        connection.execute(statement)

    for statement in CONTROL:
        outcomes = await asyncio.gather(
            store.transaction(work, statement),
            store.execute(statement),
            store.fetch_value(statement),
            return_exceptions=True,
        )
        assert all(isinstance(outcome, Error) for outcome in outcomes), (statement, outcomes)
        assert await bodies(store) == [], statement


class Number(enum.IntEnum):
    ONE = 1


class Text(str):
    __slots__ = ()


class Stubborn:
    def __conform__(self, _protocol: object) -> object:
        raise SystemExit("no")


ROUND_TRIPS = [
    (None, None),
    (True, 1),
    (Number.ONE, 1),
    (2**63 - 1, 2**63 - 1),
    (-(2**63), -(2**63)),
    (float("inf"), float("inf")),
    (-0.0, 0.0),
    (5e-324, 5e-324),
    (Text("text"), "text"),
    ("\U0010ffff\u202e", "\U0010ffff\u202e"),
    ("", ""),
    (b"", b""),
    (b"a\0\xff", b"a\0\xff"),
    (bytearray(b"abc"), b"abc"),
    (memoryview(b"abc"), b"abc"),
    (b"x" * 10_000_000, b"x" * 10_000_000),
    ("ü" * 4_000_000, "ü" * 4_000_000),
]


@pytest.mark.sqlite_only("a column of SQLite's takes any value")
async def test_values_come_back_as_they_were(store):
    await store.execute("CREATE TABLE kept (value)")
    try:
        for value, kept in ROUND_TRIPS:
            assert await store.fetch_value("SELECT %s", [value]) == kept
            await store.execute("INSERT INTO kept VALUES (%s)", [value])
            assert await store.fetch_value("SELECT value FROM kept") == kept
            await store.execute("DELETE FROM kept")
    finally:
        await store.execute("DROP TABLE kept")


WRONG = [
    [],
    ["one", "too many"],
    *([[["a list"]], [("a", "tuple")]] if ENGINE == "sqlite" else []),  # PostgreSQL has arrays and rows
    [{"a": "dict"}],
    [{1, 2}],
    [("nested", ["\0"])],
    [1j],
    [lambda: None],
    [type],
    [Stubborn()],
    [memoryview(b"abcdef")[::2]],
    [1] * 300_000,
    (value for value in ["a generator"]),
    "several characters",
    7,
    None,
]


async def test_wrong_parameters_harm_nobody(store):
    for params in WRONG:
        outcomes = await together(
            store,
            add(store, "before"),
            store.execute(INSERT, params),
            add(store, "after"),
            store.fetch_value("SELECT %s", params),
        )
        assert (outcomes[0], outcomes[2]) == ("before", "after")
        assert all(isinstance(outcome, Exception) for outcome in (outcomes[1], outcomes[3])), outcomes
        assert sorted(await bodies(store)) == ["after", "before"]
        assert [await store.fetch_value("SELECT 1") for _ in range(4)] == [1] * 4
        await store.execute("DELETE FROM notes")


OTHER_TYPES = [
    decimal.Decimal("1.5"),
    uuid.UUID(int=1),
    datetime.date(2000, 1, 1),
    datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC),
]


async def test_values_of_other_types_are_taken_or_cleanly_refused(store):
    for value in OTHER_TYPES:
        calls = (store.fetch_value("SELECT %s", [value]), add(store, repr(value)))
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert isinstance(outcomes[0], (str, Error)) or outcomes[0] == value, outcomes
        assert outcomes[1] == repr(value)


async def test_very_many_parameters(store):
    values = list(range(30_000))
    marks = ", ".join(["(%s)"] * len(values))
    statement = INSERT.replace("(%s)", marks)
    assert (await store.execute(statement, values)).changes == 30_000
    assert await store.fetch_value("SELECT count(*) FROM notes") == 30_000
