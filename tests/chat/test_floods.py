"""A member who sends without end and reads nothing: what the server keeps for them is bounded, on both servers."""

from __future__ import annotations

import json
import select
import struct
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.support.raw import ask, connect, connect_narrowly, handshake, request, status

LARGE = "/static/frontend/vendor/emoji-picker-element-data/en/emojibase/data.json"
TEXT, PING = 1, 9
MEGABYTE = 1024 * 1024
SENT = 60 * MEGABYTE
STUCK_SECONDS = 1.0  # nothing was taken for so long: the server waits for this client to read
BOUND = 20 * MEGABYTE


def frame(kind: int, payload: bytes) -> bytes:
    """A client's frame, masked with nothing."""
    length = len(payload)
    head = (
        struct.pack("!BB", 0x80 | kind, 0x80 | length)
        if length < 126
        else struct.pack("!BBH", 0x80 | kind, 0xFE, length)
    )
    return head + bytes(4) + payload


def memory(server) -> int:
    """What the server's process takes, in bytes."""
    assert server._process is not None
    facts = Path(f"/proc/{server._process.pid}/status").read_text()
    return int(facts.split("VmRSS:")[1].split()[0]) * 1024


FLOODS = {
    "pings of the protocol": frame(TEXT, json.dumps({"type": "ping", "n": 1}).encode()),
    "pings of WebSocket": frame(PING, b"x" * 125),
    "large frames that nobody can read": frame(TEXT, b"x" * 60_000),
    "much that is asked for": frame(TEXT, json.dumps({"type": "history", "room": 1, "limit": 200}).encode()),
}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS.keys())
@pytest.mark.parametrize("kind", ["daphne", "uvicorn"])
async def test_what_is_kept_for_who_floods_and_never_reads_is_bounded(start_server, kind, flood):
    server = start_server(SERVER=kind, FRAMES_PER_SECOND="1000000")
    async with server.client("carla") as carla:
        await carla.is_alive()
        with closing(connect(server)) as connection:
            connection.sendall(handshake(server, "Origin: http://localhost"))
            assert status(connection) == 101
            connection.sendall(frame(TEXT, json.dumps({"type": "hello", "v": 1, "rooms": {}}).encode()))
            connection.setblocking(False)
            before = most = memory(server)
            many = flood * (MEGABYTE // len(flood) + 1)
            sent = 0
            with suppress(ConnectionError):
                while sent < SENT and select.select([], [connection], [], STUCK_SECONDS)[1]:
                    sent += connection.send(many[sent % len(flood) :])
                    most = max(most, memory(server))
            assert most - before < BOUND, f"{(most - before) // MEGABYTE} MB for {sent // MEGABYTE} MB"
            await carla.is_alive()


@pytest.mark.parametrize("kind", ["daphne", "uvicorn"])
def test_what_is_kept_for_a_stranger_who_asks_much_and_never_reads_is_bounded(start_server, kind):
    server = start_server(SERVER=kind)
    assert ask(server, request(LARGE, "Connection: close")).status == 200
    before = memory(server)
    with closing(connect_narrowly(server)) as connection:
        connection.sendall(request(LARGE) * 300)
        for _ in range(300):  # as much time as it would take to answer them all
            assert ask(server, request(LARGE, "Connection: close", method="HEAD")).status == 200
        assert memory(server) - before < BOUND
