"""What is measured of a chat, and after each load a look whether all that was acknowledged is there and was heard."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from time import perf_counter, process_time
from typing import Any

from benchmarks.load.connection import Connection
from benchmarks.load.target import Target

SECONDS = 3.0
WARM_UP_SECONDS = 1.0  # after which SQLite's log has the size it keeps
PATIENCE = 60.0
IDLE = 1000
SINGLE = 20
BODY = "The post is here, and it brings a letter for everybody."

Result = dict[str, float]


class Load:
    """Some connections, of which the first `senders` keep `in_flight` messages under way."""

    def __init__(self, target: Target, connections: list[Connection], senders: int, in_flight: int) -> None:
        self._target = target
        self._connections = connections
        self._prefix = secrets.token_hex(6)
        self._sent: dict[str, float] = {}
        self._acked: dict[str, int] = {}
        self._latencies: list[float] = []
        self._sending = True
        self._in_flight = in_flight
        self._senders = connections[:senders]
        self._moved = asyncio.Event()
        for connection in connections:
            connection.messages = 0
            connection.on_messages = self._moved.set
        for connection in self._senders:
            connection.on_ack = lambda frame, connection=connection: self._take(connection, frame)

    async def run(self, seconds: float) -> Result:
        """Send for so long, then wait for what is under way, and check it."""
        begun, busy = perf_counter(), process_time()
        for connection in self._senders:
            for _ in range(self._in_flight):
                self._send(connection)
        await asyncio.sleep(seconds)
        self.stop_sending()
        await self._until(lambda: len(self._acked) == len(self._sent))
        acked_after = perf_counter() - begun
        await self._until(lambda: all(one.messages >= len(self._sent) for one in self._connections))
        heard_after, busy = perf_counter() - begun, process_time() - busy
        total, heard = len(self._sent), sum(one.messages for one in self._connections)
        stored = self._target.stored(self._prefix)
        self._latencies.sort()
        return {
            "sends_per_second": total / acked_after,
            "deliveries_per_second": heard / heard_after,
            "ack_p50_ms": self._latencies[total // 2] * 1000,
            "ack_p99_ms": self._latencies[int(total * 0.99)] * 1000,
            "lost": sum(stored.get(client_id) != id_ for client_id, id_ in self._acked.items())
            + sum(max(0, total - one.messages) for one in self._connections),
            "doubled": sum(max(0, one.messages - total) for one in self._connections),
            "disordered": sum(one.disorder for one in self._connections),
            "generator_busy": busy / heard_after,
        }

    def stop_sending(self) -> None:
        """Let an ack be followed by no other message."""
        self._sending = False

    async def say_once(self) -> float:
        """One message; how long until everybody has it, in seconds."""
        before = [one.messages for one in self._connections]
        begun = perf_counter()
        self._send(self._senders[0])
        await self._until(lambda: all(one.messages > had for one, had in zip(self._connections, before, strict=True)))
        return perf_counter() - begun

    def _send(self, connection: Connection) -> None:
        client_id = f"{self._prefix}-{len(self._sent)}"
        self._sent[client_id] = perf_counter()
        connection.send({"type": "send", "room": self._target.room, "client_id": client_id, "body": BODY})

    def _take(self, connection: Connection, ack: dict[str, Any]) -> None:
        self._latencies.append(perf_counter() - self._sent[ack["client_id"]])
        self._acked[ack["client_id"]] = ack["id"]
        self._moved.set()
        if self._sending:
            self._send(connection)

    async def _until(self, so: Callable[[], bool]) -> None:
        """Wait until this is so, or nothing has come for a minute: what is missing then is counted as lost."""
        while not so():
            self._moved.clear()
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._moved.wait()
            except TimeoutError:
                return


async def _measure(target: Target, sockets: int, senders: int, in_flight: int, seconds: float = SECONDS) -> Result:
    connections = await target.connect(sockets)
    await Load(target, connections, senders, in_flight).run(WARM_UP_SECONDS)
    result = await Load(target, connections, senders, in_flight).run(seconds)
    for connection in connections:
        connection.close()
    return result


async def _once_to_many(target: Target) -> Result:
    connections = await target.connect(IDLE)
    load = Load(target, connections, 1, 1)
    load.stop_sending()  # after each ack: one at a time
    times = sorted([await load.say_once() for _ in range(SINGLE)])
    for connection in connections:
        connection.close()
    return {"all_heard_p50_ms": times[SINGLE // 2] * 1000, "all_heard_max_ms": times[-1] * 1000}


async def _idle(target: Target) -> Result:
    """Twice as many as are counted: the first make the server's pools and caches grow."""
    first = await target.connect(IDLE)
    before = target.memory()
    second = await target.connect(IDLE)
    after = target.memory()
    for connection in [*first, *second]:
        connection.close()
    return {"kb_per_connection": (after - before) / IDLE}


MEASURES: dict[str, tuple[str, Callable[[Target], Coroutine[Any, Any, Result]]]] = {
    "one": ("1 socket, 1 in flight", lambda target: _measure(target, 1, 1, 1)),
    "fifty": ("1 socket, 50 in flight", lambda target: _measure(target, 1, 1, 50)),
    "all_50": ("50 sockets, all sending, 1 in flight", lambda target: _measure(target, 50, 50, 1)),
    "sockets_200": ("200 sockets, 50 senders, 8 in flight", lambda target: _measure(target, 200, 50, 8)),
    "sockets_1000": ("1,000 sockets, 50 senders, 8 in flight", lambda target: _measure(target, 1000, 50, 8)),
    "once": ("one message to 1,000 sockets", _once_to_many),
    "idle": ("1,000 idle connections", _idle),
}
