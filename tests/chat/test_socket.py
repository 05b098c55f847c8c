"""The way out to one client, when it does not take what it is sent."""

from __future__ import annotations

import asyncio

import pytest

from chat.live import socket as socket_module
from chat.live.socket import Socket
from chat.protocol import Close


class Wire:
    """A connection that takes frames only while it is open, and closes always."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self.frames: list[str] = []
        self.closed: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def send(self, message):
        if message["type"] == "websocket.close":
            self.closed.set_result(message["code"])
            return
        await self.open.wait()
        self.frames.append(message["text"])


@pytest.fixture
async def wire():
    return Wire()


@pytest.fixture
async def socket(wire):
    socket = Socket(wire.send)
    yield socket
    await socket.end()


async def test_frames_are_written_in_order_and_close_comes_last(wire, socket):
    for number in range(100):
        socket.push(str(number))
    socket.close(Close.RESTARTING)
    socket.push("too late")
    assert await asyncio.wait_for(wire.closed, 10) == Close.RESTARTING
    assert wire.frames == [str(number) for number in range(100)]


async def test_drain_waits_until_all_is_written(wire, socket):
    wire.open.clear()
    socket.push("this one is being written")
    socket.push("x" * 200_000)
    draining = asyncio.ensure_future(socket.drain())
    await asyncio.sleep(0)
    assert socket.is_full
    assert not draining.done()
    wire.open.set()
    await asyncio.wait_for(draining, 10)
    assert not socket.is_full


async def test_a_client_that_takes_nothing_for_long_is_closed(wire, monkeypatch):
    monkeypatch.setattr(socket_module, "SLOW_SECONDS", 0.0)
    socket = Socket(wire.send)
    wire.open.clear()
    socket.push("never taken")
    assert await asyncio.wait_for(wire.closed, 10) == Close.TOO_SLOW
    await asyncio.wait_for(socket.drain(), 10)  # nobody waits for it any more
    await socket.end()


async def test_a_client_for_whom_too_much_waits_is_closed_at_once(wire, socket):
    wire.open.clear()
    for _ in range(100):
        socket.push("x" * 10_000)
    assert await asyncio.wait_for(wire.closed, 10) == Close.TOO_SLOW


async def test_a_frame_that_cannot_be_written_closes_and_is_logged(wire, monkeypatch, caplog):
    async def send(message):
        if message["type"] == "websocket.send":
            raise ValueError("no such frame")
        await wire.send(message)

    socket = Socket(send)
    socket.push("odd")
    assert await asyncio.wait_for(wire.closed, 10) == Close.RESTARTING
    assert "could not be written" in caplog.text
    await socket.end()


async def test_a_client_that_went_away_is_no_error(wire, caplog):
    async def send(_message):
        raise ConnectionResetError

    socket = Socket(send)
    socket.push("hello")
    await asyncio.wait_for(socket.drain(), 10)
    assert socket.is_closing
    assert not caplog.records
    await socket.end()


async def test_one_frame_of_any_size_can_be_written(wire, socket):
    socket.push("x" * (socket_module.MAX_CHARS * 2))
    await asyncio.wait_for(socket.drain(), 10)
    assert len(wire.frames) == 1
