"""What goes wrong, each kind on its own and at random moments. Whatever is broken is whole again when they end."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from tests.support.redis import Redis
from tests.support.server import Server
from tests.torture.actors import Sender, Visitor

START_TRIES = 5

Span = tuple[float, float]


@dataclass(frozen=True)
class Pauses:
    """Seconds between faults of each kind, drawn evenly from a span."""

    servers: Span = (3.0, 12.0)
    """Of one server; there are several."""
    server_away: Span = (0.0, 2.0)
    redis: Span = (3.0, 10.0)
    redis_away: Span = (0.1, 5.0)
    sockets: Span = (0.1, 1.0)
    replays: Span = (0.1, 1.0)


@dataclass
class Counts:
    """What has been done so far."""

    kills: int = 0
    terms: int = 0
    redis_restarts: int = 0
    dropped_sockets: int = 0
    replayed_frames: int = 0


class Faults:
    """`await cause(...)` breaks things until `end()`."""

    def __init__(self, seed: int, pauses: Pauses) -> None:
        self.counts = Counts()
        self._seed = seed
        self._pauses = pauses
        self._ended = asyncio.Event()

    def end(self) -> None:
        """No more faults; `cause` returns when all is whole."""
        self._ended.set()

    async def cause(
        self, servers: Sequence[Server], redis: Redis, visitors: Sequence[Visitor], senders: Sequence[Sender]
    ) -> None:
        """Break all of this."""
        async with asyncio.TaskGroup() as group:
            for number, server in enumerate(servers):
                group.create_task(self._end_server(server, self._chance(f"server {number}")))
            group.create_task(self._end_redis(redis, self._chance("redis")))
            group.create_task(self._drop_sockets(visitors, self._chance("sockets")))
            group.create_task(self._replay_frames(senders, self._chance("replays")))

    def _chance(self, kind: str) -> random.Random:
        return random.Random(f"{self._seed} {kind}")

    async def _over_after(self, seconds: float) -> bool:
        """Pause. Whether it is all over by now."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), seconds)
        return self._ended.is_set()

    async def _end_server(self, server: Server, chance: random.Random) -> None:
        while not await self._over_after(chance.uniform(*self._pauses.servers)):
            if chance.random() < 0.6:
                await asyncio.to_thread(server.kill)
                self.counts.kills += 1
            else:
                await asyncio.to_thread(server.stop)
                self.counts.terms += 1
            await self._over_after(chance.uniform(*self._pauses.server_away))
            await self._start(server)

    async def _start(self, server: Server) -> None:
        for tries_left in reversed(range(START_TRIES)):
            try:
                await asyncio.to_thread(server.start)
            except AssertionError:  # for a moment a client's outgoing connection may hold the port
                if not tries_left:
                    raise
            else:
                return

    async def _end_redis(self, redis: Redis, chance: random.Random) -> None:
        while not await self._over_after(chance.uniform(*self._pauses.redis)):
            await asyncio.to_thread(redis.kill)
            await self._over_after(chance.uniform(*self._pauses.redis_away))
            await asyncio.to_thread(redis.start)
            self.counts.redis_restarts += 1

    async def _drop_sockets(self, visitors: Sequence[Visitor], chance: random.Random) -> None:
        while not await self._over_after(chance.uniform(*self._pauses.sockets)):
            chance.choice(visitors).drop()
            self.counts.dropped_sockets = sum(visitor.drops for visitor in visitors)

    async def _replay_frames(self, senders: Sequence[Sender], chance: random.Random) -> None:
        while not await self._over_after(chance.uniform(*self._pauses.replays)):
            self.counts.replayed_frames += chance.choice(senders).replay()
