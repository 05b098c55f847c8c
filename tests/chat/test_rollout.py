"""The switch of the database paths is thrown while people talk: within two seconds, and nothing is lost."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from tests.support.environment import environment, manage, succeed

WITHIN_SECONDS = 2


class Stream:
    """Somebody who keeps a few messages in flight until told to stop."""

    def __init__(self, visit, room: int, name: str) -> None:
        self._visit = visit
        self._room = room
        self._name = name
        self._stop = False
        self.moved = asyncio.Event()
        self.sent: list[str] = []
        self.acks: list[dict] = []
        self.task = asyncio.ensure_future(self._talk())

    async def _talk(self) -> None:
        while not self._stop or len(self.acks) < len(self.sent):
            while not self._stop and len(self.sent) < len(self.acks) + 8:
                self.sent.append(f"{self._name}-{len(self.sent)}")
                await self._visit.post(self._room, self.sent[-1])
            frame = await self._visit.receive_json_from(timeout=20)
            assert frame["type"] in {"ack", "events", "presence"}, frame
            if frame["type"] == "ack":
                self.acks.append(frame)
                self.moved.set()

    async def acked_more(self, count: int) -> None:
        """Wait until so many more are acknowledged."""
        enough = len(self.acks) + count
        while len(self.acks) < enough:
            self.moved.clear()
            await self.moved.wait()

    async def end(self) -> None:
        self._stop = True
        async with asyncio.timeout(20):
            await self.task


@pytest.mark.django_db(transaction=True)
async def test_the_flag_moves_all_work_to_the_other_path_within_two_seconds(
    visit, people, everyone, own_store, database, tmp_path
):
    env = environment(tmp_path, DATABASE_URL=database.url)

    def done(name: str) -> Any:
        return own_store.stats().get(name, {"done": 0})["done"]

    async def turn(value: str, streams: list[Stream], old: str, new: str) -> None:
        before = {f"{new} {kind}": done(f"{new} {kind}") for kind in kinds[new]}
        succeed(await asyncio.to_thread(manage, "rollout", "set", "sqlite_workers", value, env=env))
        async with asyncio.timeout(WITHIN_SECONDS):
            while any(done(name) == count for name, count in before.items()):
                await asyncio.gather(*(stream.acked_more(1) for stream in streams))
                assert await own_store.fetch_value("SELECT 1") == 1
        left = {f"{old} {kind}": done(f"{old} {kind}") for kind in kinds[old]}
        await asyncio.gather(*(stream.acked_more(50) for stream in streams))
        assert await own_store.fetch_value("SELECT 1") == 1
        assert {name: done(name) for name in left} == left, "the old path is still in use"

    kinds = {"default": ["readers", "writer"], "default stock": ["reads", "writes"]}
    bob, carla = await visit("bob"), await visit("carla")
    await bob.hello()
    await carla.hello()
    streams = [Stream(bob, everyone, "b"), Stream(carla, everyone, "c")]
    await asyncio.gather(*(stream.acked_more(20) for stream in streams))
    assert done("default writer")
    assert not done("default stock writes")

    await turn("off", streams, "default", "default stock")
    await turn("on", streams, "default stock", "default")

    for stream in streams:
        await stream.end()
        assert [ack["client_id"] for ack in stream.acks] == stream.sent
        assert not any(ack["duplicate"] for ack in stream.acks)
        assert all(one["seq"] < next_one["seq"] for one, next_one in pairwise(stream.acks))
    assert all(end["failed"] == end["rejected"] == 0 for end in own_store.stats().values())
    rows = await own_store.fetch_all("SELECT client_id FROM chat_message ORDER BY seq")
    for stream in streams:
        assert [row["client_id"] for row in rows if row["client_id"] in set(stream.sent)] == stream.sent


async def test_a_running_server_loses_nothing_while_the_flag_is_turned(start_server):
    server = start_server()
    room = server.new_room()
    async with server.client("bob") as bob, server.client("carla") as carla:
        sent: list[str] = []
        turned = asyncio.Event()

        async def talk() -> None:
            while not turned.is_set():
                await bob.until(lambda: len(sent) - len(bob.acks) < 32)
                sent.append(await bob.post(room, f"{len(sent)}"))
            await bob.until_answered(sent)

        async def turn() -> None:
            try:
                for value in ("off", "50", "on"):
                    said = len(bob.acks)
                    done = await asyncio.to_thread(
                        manage, "rollout", "set", "sqlite_workers", value, env=server.environment
                    )
                    succeed(done)
                    await bob.until(lambda said=said: len(bob.acks) > said)
            finally:
                turned.set()

        await asyncio.gather(talk(), turn())
        assert not bob.nacks
        assert all(len(acks) == 1 and not acks[0]["duplicate"] for acks in bob.acks.values())
        await carla.until_seen(room, server.head(room))
        assert carla.bodies(room) == [f"{number}" for number in range(len(sent))]
    assert [client_id for client_id, _ in server.messages(room)] == sent
