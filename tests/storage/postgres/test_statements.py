"""Statements that would reach beyond their own piece of work."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, NotSupportedError
from psycopg._queries import MAX_CACHED_STATEMENT_LENGTH

from chat.actions import sends_at_once

pytestmark = pytest.mark.postgres_only("these words are PostgreSQL's")

REFUSED = [
    "BEGIN",
    "START TRANSACTION",
    "COMMIT",
    "END",
    "ROLLBACK",
    "ABORT",
    "SAVEPOINT mine",
    "PREPARE TRANSACTION 'mine'",
    "PREPARE mine AS SELECT 1",
    "SET default_transaction_read_only = off",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
    "/* */ -- \n SET search_path = elsewhere",
    "RESET ALL",
    "DISCARD ALL",
    "DEALLOCATE ALL",
    "LISTEN mine",
]
SEVERAL = ["SELECT 1; SELECT 2", "INSERT INTO notes (body) VALUES ('a'); COMMIT", "SELECT 1; SET search_path = x"]


@pytest.mark.parametrize("statement", REFUSED)
async def test_what_would_last_is_refused(store, notes, statement):
    for submit in (store.fetch_value, store.execute):
        with pytest.raises(NotSupportedError):
            await submit(statement)


@pytest.mark.parametrize("statement", SEVERAL)
async def test_a_statement_is_one(store, notes, statement):
    for submit in (store.fetch_value, store.execute):
        with pytest.raises(DatabaseError):
            await submit(statement)
    assert await store.fetch_value("SELECT count(*) FROM notes") == 0
    assert await store.fetch_value("SELECT current_setting('search_path')") == '"$user", public'


def test_what_sends_are_written_with_is_read_by_the_driver_once():
    """A longer statement it takes apart again each time, for longer than it takes to send it."""
    assert len(sends_at_once._WRITE) <= MAX_CACHED_STATEMENT_LENGTH
