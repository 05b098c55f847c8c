"""docs/rollout.md on a running server while people talk: up in steps, back by itself when it is worse, back by hand."""

from __future__ import annotations

import asyncio
import re
import subprocess
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from itertools import pairwise

import pytest

from storage.rollout.guard import Snapshot, read
from tests.support.client import Client
from tests.support.environment import manage, succeed
from tests.support.server import Server

TOKEN = "a token for the tests"
IN_FLIGHT = 8
ASKERS = 4
ATTEMPTS = 3  # a machine that stalls in the midst of a step of one second looks like workers that are late
FAILED = r"\d+\.\d% of its operations failed, 0\.0% on the old path"
LATE = r"95 of 100 operations took up to [\d.]+ s, up to [\d.]+ s on the old path"
PATIENCE = 45  # seconds until a test that waits in vain fails


class Talker:
    """Somebody who always has a few messages on the way, and sends again, in order, what was refused for now."""

    def __init__(self, client: Client, room: int, name: str) -> None:
        self.client = client
        self.name = name
        self._room = room
        self._tries: dict[str, int] = {}  # by client id, in the order of the first sending
        self._ending = False
        self._task = asyncio.ensure_future(self._talk())

    @property
    def sent(self) -> list[str]:
        """The client ids of all messages, in the order they were sent."""
        return list(self._tries)

    @property
    def bodies(self) -> list[str]:
        """What the messages say, in the order they were sent."""
        return [f"{self.name} {number}" for number in range(len(self._tries))]

    def _answers(self, client_id: str) -> int:
        return len(self.client.acks.get(client_id, [])) + len(self.client.nacks.get(client_id, []))

    def _is_answered(self, client_id: str) -> bool:
        return self._answers(client_id) == self._tries[client_id]

    def _some_answered(self, client_ids: Iterable[str]) -> bool:
        return any(map(self._is_answered, client_ids))

    def _is_refused(self, client_id: str) -> bool:
        return client_id not in self.client.acks and self._is_answered(client_id)

    async def _talk(self) -> None:
        pending: dict[str, str] = {}
        while pending or not self._ending:
            while not self._ending and len(pending) < IN_FLIGHT:
                body = f"{self.name} {len(self._tries)}"
                client_id = self.client.new_id()
                self._tries[client_id] = 1
                pending[client_id] = body
                await self.client.post(self._room, body, client_id)
            await self.client.until(partial(self._some_answered, pending))
            if any(map(self._is_refused, pending)):
                await self._again(pending)
            pending = {client_id: body for client_id, body in pending.items() if client_id not in self.client.acks}

    async def _again(self, pending: dict[str, str]) -> None:
        await self.client.until(lambda: all(map(self._is_answered, pending)))
        refused = list(filter(self._is_refused, pending))
        nacks = [self.client.nacks[client_id][-1] for client_id in refused]
        assert all(nack["retry"] and nack["code"] in {"storage", "order", "busy"} for nack in nacks), nacks
        await asyncio.sleep(max(nack["after_ms"] for nack in nacks) / 1000)  # as the protocol asks
        for client_id in refused:
            self._tries[client_id] += 1
            await self.client.post(self._room, pending[client_id], client_id)

    async def acked_more(self, count: int) -> None:
        """Wait until so many more messages are acknowledged."""
        enough = len(self.client.acks) + count
        await self._beside(self.client.until(lambda: len(self.client.acks) >= enough))

    async def end(self) -> None:
        """Send nothing new, and wait until all is acknowledged."""
        self._ending = True
        async with asyncio.timeout(PATIENCE):
            await self._task

    async def _beside(self, waiting) -> None:
        # If the talking has failed, say so rather than wait for it.
        waiter = asyncio.ensure_future(waiting)
        await asyncio.wait([waiter, self._task], return_when=asyncio.FIRST_COMPLETED)
        if not waiter.done():
            waiter.cancel()
            await self._task
        await waiter


class Crowd:
    """Two who talk in one room, one who listens, and some who leaf through it."""

    def __init__(self, server: Server, room: int, talkers: list[Talker], listener: Client) -> None:
        self.server = server
        self.room = room
        self.talkers = talkers
        self.listener = listener

    async def acked_more(self, count: int) -> None:
        """Wait until every talker has so many more acknowledged messages."""
        await asyncio.gather(*(talker.acked_more(count) for talker in self.talkers))

    @property
    def nacks(self) -> dict[str, list]:
        """What was refused so far."""
        return {client_id: nacks for talker in self.talkers for client_id, nacks in talker.client.nacks.items()}

    async def end(self) -> None:
        """Stop talking, and see that everything is there: acknowledged, stored and heard once, in order."""
        for talker in self.talkers:
            await talker.end()
        stored = self.server.messages(self.room)
        assert len(stored) == sum(len(talker.sent) for talker in self.talkers)
        await self.listener.until_seen(self.room, self.server.head(self.room))
        assert self.listener.bodies(self.room) == [body for _, body in stored]
        for talker in self.talkers:
            acks = [talker.client.acks[client_id] for client_id in talker.sent]
            assert all(len(of_one) == 1 and not of_one[0]["duplicate"] for of_one in acks)
            assert all(one[0]["seq"] < next_one[0]["seq"] for one, next_one in pairwise(acks))
            mine = [(client_id, body) for client_id, body in stored if body.startswith(f"{talker.name} ")]
            assert mine == list(zip(talker.sent, talker.bodies, strict=True))


async def leaf(client: Client, room: int) -> None:
    """Ask for the newest page, again and again; an error is an answer."""
    while True:
        await client.send({"type": "history", "room": room, "limit": 5})
        await client.until(lambda: any(frame["type"] in {"page", "error"} for frame in client.inbox))
        client.inbox.clear()


@asynccontextmanager
async def crowd(server: Server) -> AsyncIterator[Crowd]:
    """The crowd at its work, until the block ends."""
    room = server.new_room()
    async with AsyncExitStack() as stack:
        bob, carla, listener, *askers = [
            await stack.enter_async_context(server.client(person))
            for person in ("bob", "carla", "alice", *["carla"] * ASKERS)
        ]
        talkers = [Talker(bob, room, "bob"), Talker(carla, room, "carla")]
        leafing = [asyncio.ensure_future(leaf(asker, room)) for asker in askers]
        try:
            yield Crowd(server, room, talkers, listener)
        finally:
            tasks = [*leafing, *(talker._task for talker in talkers)]
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)


def figures(server: Server) -> Snapshot:
    """What both paths of the server have done so far."""
    (figures,) = read([f"{server.address}/metrics"], TOKEN)
    return figures


async def rollout(server: Server, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `manage.py rollout` while everything goes on."""
    return await asyncio.to_thread(manage, "rollout", *words, env=server.environment, deadline=PATIENCE)


async def turns(server: Server) -> list[tuple[str, str]]:
    """The history: `("0 -> 5", reason)`, oldest first."""
    lines = succeed(await rollout(server, "history", "sqlite_workers")).splitlines()
    found = [re.fullmatch(r".* UTC  sqlite_workers: (\d+ -> \d+) %  by .+?(?:  \((.*)\))?", line) for line in lines]
    return [(match[1], match[2] or "") for match in reversed(found) if match]


async def until_quiet(path: str, people: Crowd) -> None:
    """Wait until a path does nothing more while people go on talking."""
    async with asyncio.timeout(PATIENCE):
        before = None
        while (now := (await asyncio.to_thread(figures, people.server)).get(path)) != before:
            before = now
            await people.acked_more(20)


@pytest.fixture
def start_off(start_server):
    """Starts a server that knows of `sqlite_workers` by the flag alone, with the flag off."""

    def turn_off(server: Server) -> None:
        assert server.environment["STORAGE_WORKERS"] == ""
        succeed(manage("rollout", "set", "sqlite_workers", "off", env=server.environment))

    return partial(start_server, before=turn_off, METRICS_TOKEN=TOKEN)


async def test_up_in_steps_and_back_by_hand(start_off):
    server = start_off()
    async with crowd(server) as people:
        await people.acked_more(20)
        assert "workers" not in figures(server)

        words = ["set", "sqlite_workers", "on", "--guard", "--steps", "5,50,100", "--every", "1s"]
        for _ in range(ATTEMPTS):
            done = await rollout(server, *words)
            if not re.search(LATE, done.stderr):
                break
        said = succeed(done).splitlines()
        assert said[-1] == "sqlite_workers has arrived at 100 %"
        await until_quiet("stock", people)

        succeed(await rollout(server, "set", "sqlite_workers", "off", "--reason", "what you saw"))
        await until_quiet("workers", people)

        first, *_, five, fifty, hundred, back = await turns(server)
        assert [first, five, fifty, hundred, back] == [
            ("100 -> 0", ""),
            ("0 -> 5", "guarded rollout"),
            ("5 -> 50", "guarded rollout"),
            ("50 -> 100", "guarded rollout"),
            ("100 -> 0", "what you saw"),
        ]

        await people.end()
        assert not people.nacks
        assert all(path.good and not path.bad for path in figures(server).values())


@pytest.mark.parametrize(("how", "why"), [("fails", FAILED), ("slow", LATE)], ids=["fails", "slow"])
async def test_back_by_itself(start_off, how, why):
    server = start_off(program=["-m", "tests.support.worse"], WORSE=how, STORAGE_WORKER_COUNT="16")
    async with crowd(server) as people:
        await people.acked_more(20)

        # Long enough on each step that only the judgement can end it before the test's patience.
        words = ["set", "sqlite_workers", "on", "--guard", "--steps", "50,100", "--every", "1h"]
        done = await rollout(server, *words)
        assert done.returncode == 1, done.stdout + done.stderr
        assert re.search(rf"rolled back from 50 % to 0 %: {why}", done.stderr), done.stderr
        first, up, (back, reason) = await turns(server)
        assert (first[0], up[0], back) == ("100 -> 0", "0 -> 50", "50 -> 0")
        assert re.fullmatch(rf"rolled back by the guard at 50 %: {why}", reason)

        await until_quiet("workers", people)
        await people.end()
        assert figures(server)["workers"].total
        assert not figures(server)["stock"].bad
