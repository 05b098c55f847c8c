"""PostgreSQL away and back, and networks that fail on the way to it: sockets stay, nothing is lost, nothing leaks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.client import Client, Frame
from tests.support.databases import Templates
from tests.support.postgres import Cluster
from tests.support.server import Server, World
from tests.support.standby import HOST, on_a_port
from tests.support.turned import TURNED
from tests.support.way import Way

pytestmark = pytest.mark.postgres_only("SQLite has no server that could be away")

SERVERS = ["daphne", "uvicorn"]
ASKED_ANEW: dict[str, Any] = {"program": TURNED, "TURNED": "storage.watch.health.FRESH_SECONDS=0"}
"""For a server that looks whenever it is asked how it is: an answer counts for some seconds otherwise."""
OUTAGES = 100


@pytest.fixture(scope="module")
def cluster():
    """One of its own, for it is stopped."""
    return on_a_port()


@pytest.fixture(scope="module")
def road(cluster) -> Iterator[Way]:
    """Between everybody and the cluster."""
    road = Way(HOST, cluster.port)
    yield road
    road.remove()


@pytest.fixture
def way(road) -> Iterator[Way]:
    """The same, whole again after each test."""
    yield road
    road.open()


@pytest.fixture(scope="module")
def world(cluster, road, tmp_path_factory) -> World:
    """Its databases are reached by that way."""
    folder = tmp_path_factory.mktemp("world")
    return World.make(folder, Templates(folder, Cluster(cluster.folder, port=road.port, host=HOST)))


async def answer(person: Client, client_id: str) -> Frame:
    """The next ack or nack of this client id."""
    await person.until(lambda: any(frame.get("client_id") == client_id for frame in person.inbox))
    found = next(frame for frame in person.inbox if frame.get("client_id") == client_id)
    person.inbox.remove(found)
    return found


async def insist(person: Client, room: int, body: str, client_id: str) -> Frame:
    """Send until it is acknowledged, as an outbox does."""
    while True:
        await person.post(room, body, client_id)
        found = await answer(person, client_id)
        if found["type"] == "ack":
            return found
        assert found["retry"], found
        await asyncio.sleep(found["after_ms"] / 1000)


async def probe(server: Server, path: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, timeout=60) as visitor:
        return await visitor.get(f"{server.address}{path}")


def held(server: Server) -> tuple[int, int]:
    """How many descriptors and threads the server has."""
    process = Path(f"/proc/{server.process_id}")
    return len(list((process / "fd").iterdir())), len(list((process / "task").iterdir()))


async def read(person: Client, room: int) -> Frame:
    """Ask for what is in the room, and return what comes: events, or an error."""
    await person.send({"type": "history", "room": room, "limit": 1})
    await person.until(lambda: any(frame["type"] in {"page", "error"} for frame in person.inbox))
    found = next(frame for frame in person.inbox if frame["type"] in {"page", "error"})
    person.inbox.remove(found)
    return found


@pytest.mark.parametrize("kind", SERVERS)
async def test_sends_are_refused_for_now_sockets_stay_and_everything_goes_on(start_server, cluster, kind):
    server = start_server(SERVER=kind, **ASKED_ANEW)
    room = server.new_room()
    async with server.client("bob") as bob, server.client("carla") as carla:
        await bob.say(room, "Before")
        await asyncio.to_thread(cluster.stop)
        await bob.post(room, "Meanwhile", "meanwhile")
        nack = await answer(bob, "meanwhile")
        assert (nack["type"], nack["code"], nack["retry"]) == ("nack", "storage", True)
        assert (await read(carla, room))["code"] == "storage"
        assert (await probe(server, "/readyz")).json()["status"] == "not ready"
        assert (await probe(server, "/healthz")).json() == {"status": "ok"}
        await asyncio.to_thread(cluster.start)
        ack = await insist(bob, room, "Meanwhile", "meanwhile")
        await carla.until_seen(room, ack["seq"])  # on the socket that she had all the time
        assert carla.bodies(room) == ["Before", "Meanwhile"]
        assert (await read(carla, room))["type"] == "page"
        assert (await probe(server, "/readyz")).json() == {"status": "ok"}
    assert [body for _, body in server.messages(room)] == ["Before", "Meanwhile"]


async def test_a_hundred_outages_leave_nothing_behind(start_server, way):
    server = start_server()
    room = server.new_room()
    async with server.client("bob") as bob, server.client("carla") as carla:

        async def suffer(name: str) -> None:
            way.close()
            await bob.post(room, name, name)
            assert (await answer(bob, name))["code"] == "storage"
            assert (await read(carla, room))["code"] == "storage"
            await probe(server, "/readyz")
            way.open()
            await carla.until_seen(room, (await insist(bob, room, name, name))["seq"])
            assert (await read(carla, room))["type"] == "page"

        for number in range(10):
            await suffer(f"warm-{number}")
        descriptors, threads = held(server)
        for number in range(OUTAGES):
            await suffer(f"outage-{number}")
        now = held(server)
        assert now[0] <= descriptors + 5
        assert now[1] <= threads + 2
    assert len(server.messages(room)) == 10 + OUTAGES


async def test_a_network_that_swallows_everything_costs_the_deadline_and_no_thread(start_server, way):
    server = start_server(STORAGE_MAX_READ_SECONDS="1", **ASKED_ANEW)
    room = server.new_room()
    async with server.client("bob") as bob, server.client("carla") as carla:
        await bob.say(room, "Before")
        assert (await read(carla, room))["type"] == "page"
        threads = held(server)[1]
        way.swallow()
        await bob.post(room, "Into the dark", "dark")
        for _ in range(20):
            assert (await read(carla, room))["code"] == "storage"
        nack = await answer(bob, "dark")
        assert (nack["code"], nack["retry"]) == ("storage", True)
        assert (await probe(server, "/readyz")).status_code == 503
        assert held(server)[1] <= threads + 8
        way.close()
        way.open()
        ack = await insist(bob, room, "Into the dark", "dark")
        await carla.until_seen(room, ack["seq"])
        while (await read(carla, room))["type"] == "error":
            pass
        assert (await probe(server, "/readyz")).json() == {"status": "ok"}
    assert [body for _, body in server.messages(room)] == ["Before", "Into the dark"]


async def test_connections_that_are_forgotten_on_the_way_hold_no_thread_for_ever(start_server, way):
    server = start_server(STORAGE_MAX_READ_SECONDS="1", STORAGE_WORKER_COUNT="1")
    room = server.new_room()
    async with server.client("bob") as bob, server.client("carla") as carla:
        await bob.say(room, "Before")
        assert (await read(carla, room))["type"] == "page"
        way.forget()
        while (await read(carla, room))["type"] == "error":
            pass
        ack = await insist(bob, room, "Here", "here")
        await carla.until_seen(room, ack["seq"])
    assert [body for _, body in server.messages(room)] == ["Before", "Here"]
