"""SIGTERM, when something stands in the way, on both servers."""

from __future__ import annotations

import asyncio
import signal
from contextlib import closing

import pytest

from tests.support.api import Api
from tests.support.raw import connect, request

pytestmark = pytest.mark.parametrize("kind", ["daphne", "uvicorn"])

SOON = 15  # seconds; the lock is held for as long as the test likes, and a stopped server would wait for 20


async def end(server, number: signal.Signals = signal.SIGTERM) -> int:
    """Send it a signal and return with what it ended."""
    server._process.send_signal(number)
    return await asyncio.to_thread(server._process.wait, SOON)


async def test_it_ends_though_another_program_holds_the_database(start_server, kind):
    server = start_server(SERVER=kind)
    room = server.new_room()
    async with server.client("bob") as bob, Api(server, "carla") as carla:
        first = await bob.say(room, "on disk", "one")
        with server.database.locked():
            await bob.post(room, "in hand", "two")
            await bob.send({"type": "read", "room": room, "seq": first["seq"]})
            asking = asyncio.ensure_future(carla.raw("POST", "/api/rooms/", {"name": "Too late", "kind": "open"}))
            await end(server)
            assert await bob.closed() == 1012
            await asyncio.gather(asking, return_exceptions=True)
    server.stop()
    assert server.messages(room) == [("one", "on disk")]
    server.start()
    async with server.client("bob") as bob:
        await bob.say(room, "in hand", "two")
        assert (await bob.say(room, "on disk", "one"))["duplicate"]
    assert server.messages(room) == [("one", "on disk"), ("two", "in hand")]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_second_signal_ends_it_at_once(start_server, kind, number):
    server = start_server(SERVER=kind)
    room = server.new_room()
    async with server.client("bob") as bob:
        await bob.say(room, "on disk", "one")
        with server.database.locked():
            await bob.post(room, "in hand", "two")
            server._process.send_signal(signal.SIGTERM)
            await until_it_does_not_listen(server)
            assert await end(server, number) == -number
        await bob.closed()
    assert server.messages(room) == [("one", "on disk")]


async def until_it_does_not_listen(server) -> None:
    """The first signal has been heeded as soon as nobody is let in any more."""
    while True:
        try:
            connect(server).close()
        except ConnectionRefusedError:
            return
        await asyncio.sleep(0.01)


async def test_who_has_not_finished_asking_holds_up_nothing(start_server, kind):
    server = start_server(SERVER=kind)
    with closing(connect(server)) as silent, closing(connect(server)) as slow:
        slow.sendall(request("/login/", "Content-Length: 100", method="POST") + b"x")
        silent.sendall(b"GET / HT")
        async with server.client("bob") as bob:
            server._process.send_signal(signal.SIGTERM)
            assert await bob.closed() == 1012
        await asyncio.to_thread(server._process.wait, SOON)
    assert "ended without waiting" not in server.log
