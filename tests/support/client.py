"""A client as the protocol wants it: it applies `last + 1`, ignores what it has, and answers a gap with `sync`."""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

Frame = dict[str, Any]

DEADLINE = 60.0
"""Seconds after which a test is stopped that waits in vain. Nothing is measured by it: machines differ."""


class Closed(Exception):
    """The server has closed the connection while something was waited for."""

    def __init__(self, code: int | None) -> None:
        super().__init__(f"the connection was closed with {code}")
        self.code = code


@dataclass
class Log:
    """What a client knows of one room."""

    last: int
    events: list[Frame] = field(default_factory=list)
    syncing: bool = False


class Client:
    """Somebody's connection. `async with server.client("bob") as bob:` connects and says hello.

    It may `connect` again after the connection was lost: it comes back with its cursors.
    """

    def __init__(self, address: str, session: str | None, *, origin: str | None = None, hello: bool = True) -> None:
        self.address = address
        self.session = session
        self._origin = origin or address
        self._says_hello = hello
        self._connection: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._moved = asyncio.Event()
        self._numbers = itertools.count(1)
        self._name = secrets.token_urlsafe(6)
        self.inbox: deque[Frame] = deque()
        """Frames that nobody has taken yet, in the order they came."""
        self.logs: dict[int, Log] = {}
        self.events_seen: list[Frame] = []
        """Every event that came, repeated ones included."""
        self.acks: dict[str, list[Frame]] = {}
        self.nacks: dict[str, list[Frame]] = {}
        self.welcome: Frame = {}
        self.broken_rules: list[str] = []
        self.close_code: int | None = None

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()
        if kind is None:
            assert not self.broken_rules

    # The connection

    async def connect(self) -> None:
        """Open a connection and, unless made with `hello=False`, come in with the cursors of last time."""
        headers = {"Cookie": f"sessionid={self.session}"} if self.session else {}
        url = f"{self.address.replace('http', 'ws', 1)}/ws/chat/"
        self.close_code = None
        self._connection = await connect(
            url,
            origin=Origin(self._origin),
            additional_headers=headers,
            proxy=None,
            max_size=None,
            open_timeout=DEADLINE,
            ping_interval=None,
        )
        self._reader = asyncio.ensure_future(self._read(self._connection))
        if self._says_hello:
            await self.hello()

    async def hello(self, rooms: dict[int, int] | None = None, epoch: str | None = None, **more: Any) -> Frame:
        """Say hello with these cursors, or those of last time, and return the welcome."""
        cursors = {room: log.last for room, log in self.logs.items()} if rooms is None else rooms
        for room, cursor in (rooms or {}).items():
            self.logs[room] = Log(cursor)
        frame: Frame = {"type": "hello", "v": 1, "rooms": {str(room): cursor for room, cursor in cursors.items()}}
        epoch = epoch or self.welcome.get("epoch")
        await self.send({**frame, **({"epoch": epoch} if epoch else {}), **more})
        self.welcome = await self.take("welcome")
        for room in self.welcome["rooms"]:
            self.logs.setdefault(room["id"], Log(room["head"]))
        return self.welcome

    async def close(self) -> None:
        """Go away."""
        if self._connection is not None:
            await self._connection.close()
        if self._reader is not None:
            await self._reader

    def vanish(self) -> None:
        """Go away without a word, as in a tunnel."""
        assert self._connection is not None
        self._connection.transport.abort()

    async def closed(self) -> int | None:
        """Wait until the server closes, and return its code."""
        assert self._reader is not None
        async with asyncio.timeout(DEADLINE):
            await self._reader
        return self.close_code

    # What it says

    async def send(self, frame: Frame) -> None:
        """Send a frame."""
        await self.send_raw(json.dumps(frame))

    async def send_raw(self, data: str | bytes) -> None:
        """Send whatever this is, text as text and bytes as a binary frame."""
        assert self._connection is not None
        try:
            await self._connection.send(data)
        except ConnectionClosed:
            raise Closed(await self.closed()) from None

    def new_id(self) -> str:
        """A client id that nobody has used."""
        return f"{self._name}-{next(self._numbers)}"

    async def post(self, room: int, body: str, client_id: str | None = None, **more: Any) -> str:
        """Send a message without waiting for the answer. Returns its client id."""
        client_id = client_id or self.new_id()
        await self.send({"type": "send", "room": room, "client_id": client_id, "body": body, **more})
        return client_id

    async def say(self, room: int, body: str, client_id: str | None = None, **more: Any) -> Frame:
        """Send a message and wait for its ack."""
        client_id = client_id or self.new_id()
        before = len(self.acks.get(client_id, []))
        await self.post(room, body, client_id, **more)
        await self.until(lambda: len(self.acks.get(client_id, [])) > before)
        return self.acks[client_id][-1]

    async def is_alive(self) -> None:
        """Fail unless the server still answers on this connection."""
        n = secrets.randbelow(2**31)
        await self.send({"type": "ping", "n": n})
        await self.take("pong", n=n)

    # What it hears

    async def take(self, kind: str | None = None, **fields: Any) -> Frame:
        """The first frame that fits and was not taken yet; waits for it."""

        def fits(frame: Frame) -> bool:
            return kind in {None, frame["type"]} and all(frame.get(name) == value for name, value in fields.items())

        await self.until(lambda: any(fits(frame) for frame in self.inbox))
        frame = next(frame for frame in self.inbox if fits(frame))
        self.inbox.remove(frame)
        return frame

    async def until(self, so: Callable[[], bool], seconds: float = DEADLINE) -> None:
        """Wait until this is so. It is asked after every frame."""
        async with asyncio.timeout(seconds):
            while not so():
                if self.close_code is not None:
                    raise Closed(self.close_code)
                self._moved.clear()
                await self._moved.wait()

    async def until_seen(self, room: int, seq: int) -> None:
        """Wait until everything up to `seq` of the room has come."""
        await self.until(lambda: room in self.logs and self.logs[room].last >= seq)

    async def until_answered(self, client_ids: Iterable[str]) -> None:
        """Wait until each of these sends has an ack."""
        waited_for = set(client_ids)
        await self.until(lambda: waited_for <= self.acks.keys())

    def bodies(self, room: int) -> list[str]:
        """The messages of the room that have come, in order."""
        return [event["message"]["body"] for event in self.logs[room].events if event["kind"] == "message"]

    async def _read(self, connection: ClientConnection) -> None:
        try:
            async for data in connection:
                frame: Frame = json.loads(data)
                self.inbox.append(frame)
                await self._heard(frame, connection)
                self._moved.set()
        except ConnectionClosed:
            pass  # how it ended is read from the connection, whichever way it was
        self.close_code = connection.close_code
        self._moved.set()

    async def _heard(self, frame: Frame, connection: ClientConnection) -> None:
        if frame["type"] in {"ack", "nack"}:
            answers = self.acks if frame["type"] == "ack" else self.nacks
            answers.setdefault(frame["client_id"], []).append(frame)
        elif frame["type"] == "events":
            await self._apply(frame, connection)
        elif frame["type"] == "reset":
            self.logs[frame["room"]] = Log(frame["head"])
        elif frame["type"] == "rooms":
            for room in frame["rooms"]:
                self.logs.setdefault(room["id"], Log(room["head"]))

    async def _apply(self, frame: Frame, connection: ClientConnection) -> None:
        seqs = [event["seq"] for event in frame["events"]]
        if seqs != list(range(frame["from"], frame["to"] + 1)):
            self.broken_rules.append(f"an events frame from {frame['from']} to {frame['to']} has {seqs}")
        self.events_seen += frame["events"]
        log = self.logs.setdefault(frame["room"], Log(frame["from"] - 1))
        for event in frame["events"]:
            if event["seq"] == log.last + 1:
                log.last += 1
                log.events.append(event)
        gap = frame["from"] > log.last + 1
        if gap or (log.syncing and frame["more"]):
            log.syncing = True
            with suppress(ConnectionClosed):  # the next hello asks for it then
                await connection.send(json.dumps({"type": "sync", "room": frame["room"], "after": log.last}))
        else:
            log.syncing = False
