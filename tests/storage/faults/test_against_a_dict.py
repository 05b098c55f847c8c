"""Whatever is done to a store, in whichever order and on whichever path, it holds what a plain dict would hold."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

import pytest
from django.conf import settings
from django.db import DataError, IntegrityError, OperationalError
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from storage.exceptions import PoolClosed, QueryTimeout, WorkerDied
from storage.store import Store, dialect, sql
from tests.support.databases import ENGINE

PUT = "INSERT INTO pairs (key, value) VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"

keys = st.integers(0, 9)
texts = st.text("aü\U0001f4ef", max_size=5)
# A column of SQLite's takes any value.
anything = st.one_of(st.integers(-(2**63), 2**63 - 1), st.binary(max_size=20), texts)
values = st.one_of(st.none(), {"sqlite": anything, "postgres": texts}[ENGINE])
TYPE = {"sqlite": "", "postgres": "text"}[ENGINE]
change = st.tuples(keys, st.one_of(st.just(...), values))  # `...` deletes
changes = st.lists(change, max_size=5)

Changes = list[tuple[int, Any]]


class Undo(Exception):
    """Raised by the work in a transaction that is to leave nothing."""


def apply(connection: Any, changes: Changes) -> None:
    for key, value in changes:
        if value is ...:
            connection.execute("DELETE FROM pairs WHERE key = %s", [key])
        else:
            connection.execute(PUT, [key, value])


def changed(pairs: dict[int, Any], changes: Changes) -> dict[int, Any]:
    pairs = dict(pairs)
    for key, value in changes:
        if value is ...:
            pairs.pop(key, None)
        else:
            pairs[key] = value
    return pairs


def part(connection: Any, changes: Changes, fails: bool) -> None:
    with connection.savepoint():
        apply(connection, changes)
        if fails:
            raise Undo


def parts(connection: Any, pieces: list[tuple[Changes, bool]]) -> None:
    for piece, fails in pieces:
        try:
            part(connection, piece, fails)
        except Undo:
            assert fails


def endless(connection: Any, changes: Changes) -> None:
    apply(connection, changes)
    connection.fetch_value(ENDLESS)


def undone(connection: Any, changes: Changes, error: BaseException) -> None:
    apply(connection, changes)
    raise error


class StoreMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.pairs: dict[int, Any] = {}
        self.runner = asyncio.Runner()
        self.store = Store()
        self.run(self.store.execute("DELETE FROM pairs"))

    def run(self, work: Any) -> Any:
        async def within(deadline: float) -> Any:
            return await asyncio.wait_for(work, deadline)

        return self.runner.run(within(30))

    def teardown(self) -> None:
        self.run(self.store.close())
        self.runner.close()

    @rule(on=st.booleans())
    def switch(self, on: bool) -> None:
        settings.STORAGE_WORKERS = on

    @rule()
    def close_and_reopen(self) -> None:
        self.run(self.store.close())
        with pytest.raises(PoolClosed):
            self.run(self.store.fetch_value("SELECT 1"))
        self.store = Store()

    # Writing

    @rule(key=keys, value=values)
    def insert(self, key: int, value: Any) -> None:
        insert = self.store.execute("INSERT INTO pairs (key, value) VALUES (%s, %s) RETURNING key", [key, value])
        if key in self.pairs:
            with pytest.raises(IntegrityError):
                self.run(insert)
        else:
            assert self.run(insert).last_insert_id == key
            self.pairs[key] = value

    @rule(key=keys, value=values)
    def update(self, key: int, value: Any) -> None:
        result = self.run(self.store.execute("UPDATE pairs SET value = %s WHERE key = %s", [value, key]))
        assert result.changes == (key in self.pairs)
        if key in self.pairs:
            self.pairs[key] = value

    @rule(key=keys)
    def delete(self, key: int) -> None:
        result = self.run(self.store.execute("DELETE FROM pairs WHERE key = %s", [key]))
        assert result.changes == (key in self.pairs)
        self.pairs.pop(key, None)

    @rule(changes=st.lists(change, unique_by=lambda change: change[0]))
    def many_at_once(self, changes: Changes) -> None:
        async def all_of_them() -> None:
            await asyncio.gather(*(self.store.transaction(apply, [one]) for one in changes))

        self.run(all_of_them())
        self.pairs = changed(self.pairs, changes)

    @rule(good=st.lists(change, unique_by=lambda change: change[0]), bad=changes, death=st.booleans())
    def many_at_once_and_one_of_them_fails(self, good: Changes, bad: Changes, death: bool) -> None:
        error: BaseException = SystemExit() if death else Undo()

        async def all_of_them() -> list[Any]:
            works = [self.store.transaction(apply, [one]) for one in good]
            works.insert(len(good) // 2, self.store.transaction(undone, bad, error))
            return await asyncio.gather(*works, return_exceptions=True)

        outcomes = self.run(all_of_them())
        assert isinstance(outcomes.pop(len(good) // 2), WorkerDied if death else Undo)
        assert outcomes == [None] * len(good)
        self.pairs = changed(self.pairs, good)

    @rule(changes=changes)
    def transaction(self, changes: Changes) -> None:
        def work(connection: Any) -> dict[int, Any]:
            apply(connection, changes)
            return {row["key"]: row["value"] for row in connection.fetch_all("SELECT key, value FROM pairs")}

        seen = self.run(self.store.transaction(work))
        self.pairs = changed(self.pairs, changes)
        assert seen == self.pairs

    @rule(pieces=st.lists(st.tuples(changes, st.booleans()), max_size=4))
    def transaction_with_savepoints(self, pieces: list[tuple[Changes, bool]]) -> None:
        self.run(self.store.transaction(parts, pieces))
        for piece, fails in pieces:
            self.pairs = self.pairs if fails else changed(self.pairs, piece)

    @rule(key=keys, value=st.sampled_from(["a\0b", "\ud800", 2**63, float("nan")]))
    def poison(self, key: int, value: Any) -> None:
        with pytest.raises(DataError):
            self.run(self.store.execute(PUT, [key, value]))

    # Giving up

    @rule(changes=changes)
    def past_its_deadline(self, changes: Changes) -> None:
        with pytest.raises(QueryTimeout):
            self.run(self.store.transaction(endless, changes, timeout=0.01))

    @rule(changes=changes, timeout=st.sampled_from([0, 0.0001, 0.0003, 0.001]))
    def with_little_time(self, changes: Changes, timeout: float) -> None:
        try:
            self.run(self.store.transaction(apply, changes, timeout=timeout))
        except QueryTimeout:
            self.find_out(changes)
        else:
            self.pairs = changed(self.pairs, changes)

    @rule(changes=changes, turns=st.integers(0, 12))
    def cancelled(self, changes: Changes, turns: int) -> None:
        async def give_up() -> None:
            write = asyncio.ensure_future(self.store.transaction(apply, changes))
            for _ in range(turns):
                await asyncio.sleep(0)
            write.cancel()
            await asyncio.gather(write, return_exceptions=True)

        self.run(give_up())
        self.find_out(changes)

    def find_out(self, changes: Changes) -> None:
        """A write whose outcome nobody was told has happened as a whole or not at all."""
        self.run(self.store.close())  # which waits for it, whichever thread it is on
        self.store = Store()
        there = self.everything()
        assert there in (self.pairs, changed(self.pairs, changes))
        self.pairs = there

    # Reading

    def everything(self) -> dict[int, Any]:
        rows = self.run(self.store.fetch_all("SELECT key, value FROM pairs"))
        return {row["key"]: row["value"] for row in rows}

    @invariant()
    def holds_what_the_dict_holds(self) -> None:
        assert self.everything() == self.pairs
        self.run(self.every_place_is_free())

    async def every_place_is_free(self) -> None:
        # What was given up may be on its way off a thread, and nothing tells when it has gone.
        while any(figures["depth"] for figures in self.store.stats().values()):  # noqa: ASYNC110
            await asyncio.sleep(0.001)

    @rule(key=keys)
    def read_one(self, key: int) -> None:
        row = self.run(self.store.fetch_one("SELECT value FROM pairs WHERE key = %s", [key]))
        assert row == ({"value": self.pairs[key]} if key in self.pairs else None)

    @rule()
    def read_json(self) -> None:
        text = self.run(self.store.fetch_json(sql("SELECT {keys} FROM pairs", keys=dialect.json_list("key"))))
        assert sorted(json.loads(text)) == sorted(self.pairs)

    @rule(key=keys)
    def read_that_tries_to_write(self, key: int) -> None:
        with pytest.raises(OperationalError, match=r"read-?only"):
            self.run(self.store.fetch_all("DELETE FROM pairs WHERE key = %s RETURNING key", [key]))


@pytest.fixture
def pairs(transactional_db, settings):
    """The table; and the flag is put back at the end."""
    settings.STORAGE_WORKERS = True

    async def do(statement: str) -> None:
        store = Store()
        await store.execute(statement)
        await store.close()

    asyncio.run(do("DROP TABLE IF EXISTS pairs"))
    asyncio.run(do(f"CREATE TABLE pairs (key INTEGER PRIMARY KEY, value {TYPE})"))
    yield
    asyncio.run(do("DROP TABLE pairs"))


@pytest.mark.usefixtures("pairs")
def test_a_store_is_a_dict():
    long = bool(os.environ.get("LONG_TESTS"))
    run_state_machine_as_test(
        StoreMachine,
        settings=hypothesis_settings(
            max_examples=500 if long else 30,
            stateful_step_count=50 if long else 25,
            derandomize=not long,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
