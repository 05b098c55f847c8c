"""What goes wrong, each kind on its own and at random moments. Whatever is broken is whole again when they end."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import psycopg

from tests.support.postgres import Cluster
from tests.support.redis import Redis
from tests.support.server import Server
from tests.support.standby import Pair
from tests.torture.actors import Sender, Visitor

START_TRIES = 50

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
    database: Span = (4.0, 15.0)
    """Of PostgreSQL as a whole."""
    database_away: Span = (0.0, 3.0)
    backends: Span = (0.5, 5.0)
    """Processes of PostgreSQL's that serve somebody."""


@dataclass
class Counts:
    """What has been done so far."""

    kills: int = 0
    terms: int = 0
    redis_restarts: int = 0
    dropped_sockets: int = 0
    replayed_frames: int = 0
    promotions: int = 0
    crashes: int = 0
    backends: int = 0

    def all_kinds(self, *, of_database: bool) -> bool:
        """Whether each kind has been there, those that befall PostgreSQL included or not."""
        on_it = (self.promotions, self.crashes, self.backends) if of_database else ()
        return all((self.kills, self.terms, self.redis_restarts, self.dropped_sockets, self.replayed_frames, *on_it))


class Faults:
    """`await cause(...)` breaks things until `end()`."""

    def __init__(self, seed: int, pauses: Pauses) -> None:
        self.counts = Counts()
        self._seed = seed
        self._pauses = pauses
        self._due = False
        self._ended = asyncio.Event()
        self._breaks_database = False

    def end(self) -> None:
        """Once each kind has been there, no more of them; `cause` returns when all is whole."""
        self._due = True
        self._look_whether_enough()

    def _look_whether_enough(self) -> None:
        if self._due and self.counts.all_kinds(of_database=self._breaks_database):
            self._ended.set()

    async def cause(
        self,
        servers: Sequence[Server],
        redis: Redis,
        visitors: Sequence[Visitor],
        senders: Sequence[Sender],
        pair: Pair | None = None,
    ) -> None:
        """Break all of this. `pair`: the PostgreSQL that the servers use; a file is left alone."""
        self._breaks_database = pair is not None
        async with asyncio.TaskGroup() as group:
            for number, server in enumerate(servers):
                group.create_task(self._end_server(server, self._chance(f"server {number}")))
            group.create_task(self._end_redis(redis, self._chance("redis")))
            group.create_task(self._drop_sockets(visitors, self._chance("sockets")))
            group.create_task(self._replay_frames(senders, self._chance("replays")))
            if pair is not None:
                group.create_task(self._break_database(pair, self._chance("database"), self._chance("backends")))

    def _chance(self, kind: str) -> random.Random:
        return random.Random(f"{self._seed} {kind}")

    async def _over_after(self, seconds: float) -> bool:
        """Pause. Whether it is all over by now."""
        self._look_whether_enough()
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
            except AssertionError:  # a client's outgoing connection holds the port, or the database is away
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

    async def _break_database(self, pair: Pair, chance: random.Random, backends: random.Random) -> None:
        """First the primary is lost, and then the other, which is alone, crashes and has its processes killed.

        Not the other way round: after a crash, what was not acked may be seen that the standby does not have yet.
        """
        if await self._over_after(chance.uniform(*self._pauses.database)):
            return
        await asyncio.to_thread(pair.lose_primary)
        await self._over_after(chance.uniform(*self._pauses.database_away))
        await asyncio.to_thread(pair.promote)
        self.counts.promotions += 1
        # Else every start after a crash syncs each of its files by itself, which took half a minute on a busy disk.
        pair.standby.configure(recovery_init_sync_method="syncfs")
        async with asyncio.TaskGroup() as group:
            group.create_task(self._crash(pair.standby, chance))
            group.create_task(self._kill_backends(pair.standby, backends))

    async def _crash(self, cluster: Cluster, chance: random.Random) -> None:
        while not await self._over_after(chance.uniform(*self._pauses.database)):
            await asyncio.to_thread(cluster.stop, "immediate")
            self.counts.crashes += 1
            await self._over_after(chance.uniform(*self._pauses.database_away))
            await asyncio.to_thread(cluster.start)

    async def _kill_backends(self, cluster: Cluster, chance: random.Random) -> None:
        while not await self._over_after(chance.uniform(*self._pauses.backends)):
            with suppress(psycopg.OperationalError):  # it is away
                self.counts.backends += await asyncio.to_thread(kill_backends, cluster, chance)

    async def _drop_sockets(self, visitors: Sequence[Visitor], chance: random.Random) -> None:
        while not await self._over_after(chance.uniform(*self._pauses.sockets)):
            chance.choice(visitors).drop()
            self.counts.dropped_sockets = sum(visitor.drops for visitor in visitors)

    async def _replay_frames(self, senders: Sequence[Sender], chance: random.Random) -> None:
        while not await self._over_after(chance.uniform(*self._pauses.replays)):
            self.counts.replayed_frames += chance.choice(senders).replay()


def kill_backends(cluster: Cluster, chance: random.Random) -> int:
    """End one of the processes that serve somebody, or each with a chance of a half. Returns how many.

    Now and then by `kill -9`, after which PostgreSQL ends all others as well and recovers.
    """
    with cluster.connect() as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        ).fetchall()
        processes = [pid for (pid,) in rows]
        if not processes:
            return 0
        if chance.random() < 0.1:
            os.kill(chance.choice(processes), signal.SIGKILL)
            return len(processes)
        chosen = [pid for pid in processes if chance.random() < 0.5] or processes[:1]
        for pid in chosen:
            connection.execute("SELECT pg_terminate_backend(%s)", [pid])
        return len(chosen)
