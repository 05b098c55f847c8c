"""PostgreSQL commits, and the answer is lost: the repeat finds what was done."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.support.client import DEADLINE, Client
from tests.support.databases import PostgresDatabase, Templates
from tests.support.postgres import Cluster
from tests.support.server import Server, World

pytestmark = pytest.mark.postgres_only("on SQLite the commit and its answer are one thing")

COMMITTED = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
"""Whoever has committed here and waits for the standby to have it as well. There is none, so it waits for ever."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server with a PostgreSQL of its own."""
    folder = tmp_path / "world"
    folder.mkdir()
    world = World.make(folder, Templates(folder, Cluster.make()))
    server = Server(world, tmp_path / "server")
    server.start()
    yield server
    server.stop()
    server.check_log()


def wait_for_a_standby(own: psycopg.Connection, name: str) -> None:
    own.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'".encode())
    own.execute("SELECT pg_reload_conf()")


async def lose_an_answer(own: psycopg.Connection, bob: Client, room: int) -> list[str]:
    """Say something, again until the server waits for the standby: it hears of that a little later. End the connection
    on which it does. Returns the client ids, of which the last one's answer is lost."""
    said = []
    async with asyncio.timeout(DEADLINE):
        while True:
            said.append(await bob.post(room, "Once"))
            while said[-1] not in bob.acks:
                found = await asyncio.to_thread(lambda: own.execute(COMMITTED).fetchall())
                if found:
                    own.execute("SELECT pg_terminate_backend(%s)", found[0])
                    return said


async def test_what_was_committed_though_nobody_was_told_is_a_duplicate(server: Server) -> None:
    assert isinstance(server.database, PostgresDatabase)
    room = server.new_room()
    async with server.client("bob") as bob, server.client("carla") as carla:
        await bob.say(room, "first")
        with server.database.cluster.connect(server.database.name, options="-c synchronous_commit=local") as own:
            wait_for_a_standby(own, "nobody")
            said = await lose_an_answer(own, bob, room)
            wait_for_a_standby(own, "")
        lost = said[-1]
        await bob.until(lambda: lost in bob.acks or lost in bob.nacks)
        assert [(nack["code"], nack["retry"]) for nack in bob.nacks.get(lost, [])] == [("storage", True)]
        ack = await bob.say(room, "Once", client_id=lost)
        assert ack["duplicate"]
        assert [client_id for client_id, _ in server.messages(room)].count(lost) == 1
        await carla.until_seen(room, ack["seq"])
        assert carla.bodies(room) == ["first", *["Once"] * len(said)]
