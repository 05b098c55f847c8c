"""Between the signal and the end: no more visitors, and whoever is there goes on until they are told where to."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.support.client import Closed
from tests.support.server import Server

pytestmark = pytest.mark.parametrize("kind", ["daphne", "uvicorn"])

LONG = "600"


def ask(server: Server, path: str) -> tuple[int, dict]:
    answer = httpx.get(f"{server.address}{path}", timeout=20, trust_env=False)
    return answer.status_code, answer.json()


async def until_not_ready(server: Server) -> dict:
    """Ask until it says no, which it does soon after the signal."""
    async with asyncio.timeout(60):
        while True:
            status, answer = await asyncio.to_thread(ask, server, "/readyz")
            if status == 503:
                return answer
            await asyncio.sleep(0.05)


async def test_it_is_not_ready_before_anything_is_closed_and_takes_nobody_in(start_server, kind):
    server = start_server(SERVER=kind, DRAIN_SECONDS=LONG)
    room = server.new_room()
    assert ask(server, "/readyz") == (200, {"status": "ok"})
    async with server.client("bob") as bob:
        server._process.send_signal(signal.SIGTERM)
        answer = await until_not_ready(server)
        assert answer == {"status": "not ready", "reasons": ["this process is going down"]}
        assert ask(server, "/healthz") == (200, {"status": "ok"})
        with pytest.raises(InvalidStatus) as refused:
            await server.client("carla").connect()
        assert refused.value.response.status_code == 503
        assert (await bob.say(room, "Still here."))["duplicate"] is False
        assert not any(frame["type"] == "bye" for frame in bob.inbox)
        server._process.send_signal(signal.SIGTERM)  # a second one ends it at once
        await bob.closed()


async def test_then_everybody_is_sent_away_and_nothing_acked_is_lost(start_server, kind):
    server = start_server(SERVER=kind, DRAIN_SECONDS="1")
    room = server.new_room()
    async with server.client("bob") as bob:
        server._process.send_signal(signal.SIGTERM)
        await until_not_ready(server)
        with suppress(Closed):
            while True:
                await bob.say(room, "And another.")
        assert await bob.closed() == 1012
        assert any(frame["type"] == "bye" for frame in bob.inbox)
        await asyncio.to_thread(server._process.wait, 60)
    assert bob.acks.keys()
    assert bob.acks.keys() <= {client_id for client_id, _ in server.messages(room)}
