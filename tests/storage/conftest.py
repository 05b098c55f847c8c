from __future__ import annotations

import pytest

from storage.engines import engine_of
from storage.store import Store
from tests.storage.statements import CREATE_NOTES


@pytest.fixture(params=[True, False], ids=["workers", "stock"])
def flag(request, settings):
    """Each test of the contract runs over both paths."""
    settings.STORAGE_WORKERS = request.param
    return request.param


@pytest.fixture
def opened(monkeypatch):
    """Every connection the workers open, in order."""
    connections = []
    engine = type(engine_of("default"))
    original = engine.connect

    def connect(self, *, reading):
        connection = original(self, reading=reading)
        connections.append(connection)
        return connection

    monkeypatch.setattr(engine, "connect", connect)
    return connections


@pytest.fixture
async def store(transactional_db, opened):
    store = Store()
    yield store
    await store.close()


@pytest.fixture
async def notes(store):
    """A table of the tests' own."""

    def create(connection):
        connection.execute("DROP TABLE IF EXISTS notes")
        connection.execute(CREATE_NOTES)

    def drop(connection):
        connection.execute("DROP TABLE IF EXISTS notes")

    await store.transaction(create)
    yield "notes"
    cleaner = Store()
    await cleaner.transaction(drop)
    await cleaner.close()
