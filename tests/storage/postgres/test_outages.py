"""A server that stops and comes back: what work and health say meanwhile, and afterwards."""

from __future__ import annotations

import asyncio

import pytest
from django.db import OperationalError, connections

from storage.store import Store
from storage.watch import health
from tests.support.postgres import ROLE, Cluster

pytestmark = pytest.mark.postgres_only("SQLite has no server that could stop")


@pytest.fixture
def cluster(monkeypatch) -> Cluster:
    """One of the test's own, which the settings call `elsewhere`."""
    cluster = Cluster.make()
    place = {"NAME": cluster.fresh_database(), "HOST": cluster.host, "PORT": str(cluster.port), "USER": ROLE}
    monkeypatch.setitem(connections.settings, "elsewhere", {**connections.settings["default"], **place})
    return cluster


async def test_work_fails_at_once_and_goes_on_when_it_is_back(transactional_db, cluster, monkeypatch):
    monkeypatch.setattr(health, "FRESH_SECONDS", 0.0)
    store = Store()

    def outcomes():
        calls = [store.fetch_value("SELECT 1", database="elsewhere"), store.execute("SELECT 1", database="elsewhere")]
        return asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), 30)

    for how in ("fast", "immediate"):
        assert (await outcomes())[0] == 1
        assert await store.health("elsewhere") == []
        await asyncio.to_thread(cluster.stop, how)
        assert all(isinstance(outcome, OperationalError) for outcome in await outcomes())
        assert "the database server does not answer" in await store.health("elsewhere")
        await asyncio.to_thread(cluster.start)
        assert not any(isinstance(outcome, BaseException) for outcome in await outcomes())
        assert await store.health("elsewhere") == []
    await store.close()


async def test_a_server_that_may_only_be_read_is_not_well(transactional_db, cluster, monkeypatch):
    monkeypatch.setattr(health, "FRESH_SECONDS", 0.0)
    store = Store()
    await asyncio.to_thread(cluster.stop, "fast")
    (cluster.data / "standby.signal").touch()  # a standby that nobody sends anything to
    await asyncio.to_thread(cluster.start)
    assert await store.health("elsewhere") == ["the database may only be read"]
    with pytest.raises(OperationalError, match="read-only"):
        await store.execute("CREATE TABLE x (y int)", database="elsewhere")
    await asyncio.to_thread(cluster.promote)
    await store.execute("CREATE TABLE x (y int)", database="elsewhere")
    assert await store.health("elsewhere") == []
    await store.close()
