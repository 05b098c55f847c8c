"""One trial: people talk while things break, then everything is whole again, everybody catches up, and it is judged."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.redis import Redis
from tests.support.server import Server, World
from tests.support.standby import Pair
from tests.torture.actors import Sender, Visitor
from tests.torture.checker import Verdict, judge
from tests.torture.evidence import Evidence, read_database
from tests.torture.faults import Counts, Faults, Pauses
from tests.torture.kept import files_of_messages, leftovers, let_a_day_pass

QUIET_SECONDS = 90.0
"""So long may it take, once everything is whole, until everybody has everything."""

SERVERS: tuple[dict[str, Any], ...] = (
    {"SERVER": "daphne", "STORAGE_WORKERS": "1"},
    {"SERVER": "uvicorn", "STORAGE_WORKERS": "1"},
    {"SERVER": "daphne", "STORAGE_WORKERS": "0"},
)


@dataclass(frozen=True)
class Plan:
    """How long, and how many take part. `senders` are people of the cast, once for each of their connections."""

    seed: int
    seconds: float
    senders: tuple[str, ...] = ("alice", "alice", "bob", "bob", "carla")
    observers: int = 6
    rooms: int = 4
    pauses: Pauses = field(default_factory=Pauses)


@dataclass(frozen=True)
class Result:
    """How it went."""

    plan: Plan
    verdict: Verdict
    counts: Counts
    messages: int
    files: int
    acks: int
    resent: int
    nacks: int
    acks_lost: int
    """Messages that were stored by a sending whose ack never arrived."""
    events_heard: int
    clients: int
    agreeing: int
    """Clients whose log of every room is the database's."""


class Trial:
    """`await Trial(...).run()`. `tell` is given a line about the progress now and then.

    `pair`: the PostgreSQL on which the world's databases are, to be broken as well.
    """

    def __init__(
        self,
        plan: Plan,
        world: World,
        folder: Path,
        redis: Redis,
        tell: Callable[[str], None] = lambda line: None,
        *,
        pair: Pair | None = None,
    ) -> None:
        self._plan = plan
        self._redis = redis
        self._pair = pair
        self._tell = tell
        self._faults = Faults(plan.seed, plan.pauses)
        first = Server(world, folder / "torture-1", REDIS_URL=redis.url, **SERVERS[0])
        others = (
            Server(world, folder / f"torture-{number}", beside=first, REDIS_URL=redis.url, **env)
            for number, env in enumerate(SERVERS[1:], 2)
        )
        self._servers = [first, *others]
        for folder_of_files in ("files", "uploads"):  # as processes of one machine they keep files in one place
            (first.var / folder_of_files).mkdir(mode=0o700)
            for other in self._servers[1:]:
                (other.var / folder_of_files).symlink_to(first.var / folder_of_files)
        self._rooms = [first.new_room() for _ in range(plan.rooms)]
        self._senders = [
            Sender(f"{person}-{number}", world.people[person], self._rooms, self._any_server(number), plan.seed)
            for number, person in enumerate(plan.senders)
        ]
        people = [world.people[person] for person in sorted(world.people)]
        self._visitors: list[Visitor] = [
            Visitor(
                f"observer-{number}", people[number % len(people)], self._rooms, self._one_server(number), plan.seed
            )
            for number in range(plan.observers)
        ]
        self._visitors += self._senders
        self._complaints: list[str] = []

    async def run(self) -> Result:
        """All of it."""
        try:
            await asyncio.gather(*(asyncio.to_thread(server.start) for server in self._servers))
            living = [asyncio.ensure_future(visitor.live()) for visitor in self._visitors]
            try:
                await self._suffer()
                await self._recover()
                await self._tidy()
            finally:
                await self._end(living)
        finally:
            await asyncio.gather(*(asyncio.to_thread(server.stop) for server in self._servers))
        return self._judge()

    async def _suffer(self) -> None:
        speaking = [asyncio.ensure_future(sender.speak()) for sender in self._senders]
        speaking += [asyncio.ensure_future(sender.show()) for sender in self._senders]
        telling = asyncio.ensure_future(self._report())
        asyncio.get_running_loop().call_later(self._plan.seconds, self._faults.end)
        try:
            await self._faults.cause(self._servers, self._redis, self._visitors, self._senders, self._pair)
        finally:
            await self._end([*speaking, telling])
        # What comes last must arrive without a hint, and without anything after it that would show what is missing.
        await asyncio.to_thread(self._redis.kill)
        for sender in self._senders:
            sender.say_last_words()

    async def _recover(self) -> None:
        began = time.monotonic()
        try:
            async with asyncio.timeout(QUIET_SECONDS):
                await asyncio.gather(*(sender.drained() for sender in self._senders))
                heads = {room: self._servers[0].head(room) for room in self._rooms}
                await asyncio.gather(*(visitor.until_heard(heads) for visitor in self._visitors))
        except TimeoutError:
            late = [sender.name for sender in self._senders if sender.outbox.waiting]
            self._complaints.append(f"{QUIET_SECONDS} s later, not everybody had everything; still sending: {late}")
        self._tell(f"everybody has everything {time.monotonic() - began:.1f} s after the last fault")

    async def _tidy(self) -> None:
        """A day later nothing is left of files but those of messages."""
        first = self._servers[0]
        await asyncio.to_thread(first.stop)
        await asyncio.to_thread(let_a_day_pass, first.database, first.var)
        await asyncio.to_thread(first.start)
        left = [""]
        with suppress(TimeoutError):
            async with asyncio.timeout(QUIET_SECONDS):
                while left:
                    left = await asyncio.to_thread(leftovers, first.database, first.var)
                    await asyncio.sleep(0.2)
        self._complaints += [f"a day later there was still {one}" for one in left]

    def _judge(self) -> Result:
        messages, log, heads, health = read_database(self._servers[0].database, self._rooms)
        complaints = [*self._complaints, *health]
        for visitor in self._visitors:
            complaints += visitor.broken_rules
        for sender in self._senders:
            complaints += [f"{sender.name} was refused for ever: {nack}" for nack in sender.outbox.refused]
            complaints += sender.courier.complaints
        for server in self._servers:
            try:
                server.check_log()
            except AssertionError as error:
                complaints.append(f"the log of {server.var.name}: {error}")
        sent = [sent for sender in self._senders for sent in sender.sent()]
        heard = {visitor.name: visitor.heard for visitor in self._visitors}
        files = files_of_messages(self._servers[0].database, self._servers[0].var)
        verdict = judge(Evidence(sent, messages, log, heads, heard, files, complaints))
        return Result(
            self._plan,
            verdict,
            self._faults.counts,
            len(sent),
            sum(len(it.files) for it in sent),
            sum(len(it.acks) for it in sent),
            sum(sender.outbox.resent for sender in self._senders),
            sum(sender.outbox.nacked for sender in self._senders),
            sum(all(duplicate for *_, duplicate in it.acks) for it in sent),
            sum(len(lines) for rooms in heard.values() for lines in rooms.values()),
            len(heard),
            sum(rooms == log for rooms in heard.values()),
        )

    async def _report(self) -> None:
        began = time.monotonic()
        while True:
            await asyncio.sleep(10)
            sent = sum(len(sender.outbox.said) for sender in self._senders)
            acked = sum(len(sender.outbox.acked) for sender in self._senders)
            self._tell(f"{time.monotonic() - began:4.0f} s: {sent} sent, {acked} acked, {self._faults.counts}")

    @staticmethod
    async def _end(tasks: Sequence[asyncio.Future[None]]) -> None:
        for task in tasks:
            if task.done() and not task.cancelled():
                task.result()  # what runs for ever ended: say why
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result

    def _any_server(self, number: int) -> Callable[[], str]:
        chance = random.Random(f"{self._plan.seed} way {number}")
        return lambda: chance.choice(self._servers).address

    def _one_server(self, number: int) -> Callable[[], str]:
        return lambda: self._servers[number % len(self._servers)].address
