"""The loss of a machine: what was acknowledged is on the standby, and everybody goes on there by themselves."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import pytest

from tests.chat.test_outages import answer, insist
from tests.support.databases import Templates
from tests.support.server import Server, World
from tests.support.standby import Pair
from tests.torture.actors import Sender, Visitor
from tests.torture.checker import judge
from tests.torture.evidence import Evidence, read_database

pytestmark = pytest.mark.postgres_only("SQLite has no standby")

SENT_BEFORE = 200
SENT_AFTER = 200


@pytest.fixture
def pair() -> Pair:
    return Pair()


@pytest.fixture
def world(pair, tmp_path) -> World:
    """Its databases are on both machines."""
    folder = tmp_path / "world"
    folder.mkdir()
    return World.make(folder, Templates(folder, pair))


async def until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while not so():  # noqa: ASYNC110 - it happens in another process, or in many places
            await asyncio.sleep(0.05)


def at(server: Server) -> Callable[[], str]:
    return lambda: server.address


def acked(senders: list[Sender]) -> int:
    return sum(len(sender.outbox.acked) for sender in senders)


async def test_nothing_acked_is_lost_with_the_primary_and_all_go_on_at_the_standby(start_server, pair, redis):
    one: Server = start_server(REDIS_URL=redis.url, SERVER="daphne")
    other: Server = start_server(beside=one, REDIS_URL=redis.url, SERVER="uvicorn")
    world, rooms = one.world, [one.new_room() for _ in range(3)]
    chance = random.Random("ways")
    senders = [
        Sender(f"{name}-{number}", world.people[name], rooms, lambda: chance.choice([one, other]).address, number)
        for number, name in enumerate(("alice", "bob", "bob", "carla"))
    ]
    observers = [
        Visitor(f"at {number}", world.people["carla"], rooms, at(server), number)
        for number, server in enumerate((one, other))
    ]
    visitors: list[Visitor] = [*senders, *observers]
    living = [asyncio.ensure_future(visitor.live()) for visitor in visitors]
    speaking = [asyncio.ensure_future(sender.speak()) for sender in senders]
    await until(lambda: acked(senders) >= SENT_BEFORE)
    await asyncio.to_thread(pair.lose_primary)
    before = acked(senders)
    await asyncio.to_thread(pair.promote)
    await until(lambda: acked(senders) >= before + SENT_AFTER)
    for task in speaking:
        task.cancel()
    for sender in senders:
        sender.say_last_words()
    async with asyncio.timeout(120):
        await asyncio.gather(*(sender.drained() for sender in senders))
        heads = {room: one.head(room) for room in rooms}
        await asyncio.gather(*(visitor.until_heard(heads) for visitor in visitors))
    for task in living:
        task.cancel()
    await asyncio.gather(*living, *speaking, return_exceptions=True)

    messages, log, heads, complaints = read_database(one.database, rooms)
    for visitor in visitors:
        complaints += visitor.broken_rules
    sent = [sent for sender in senders for sent in sender.sent()]
    heard = {visitor.name: visitor.heard for visitor in visitors}
    assert judge(Evidence(sent, messages, log, heads, heard, {}, complaints)).findings == []


def waiting_for_the_standby(pair: Pair) -> list[int]:
    """The server processes of the primary that hold a commit back until the standby has it."""
    with pair.primary.connect() as connection:
        rows = connection.execute("SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'").fetchall()
    return [pid for (pid,) in rows]


async def test_no_ack_leaves_without_the_standby_whoever_cancels_the_wait(start_server, pair):
    server = start_server()
    room = server.new_room()
    async with server.client("bob") as bob, server.client("carla") as carla:
        await bob.say(room, "Before")
        await carla.until(lambda: carla.bodies(room) == ["Before"])
        await asyncio.to_thread(pair.standby.stop)
        for _ in range(2):  # the second is a repeat of what lies on the primary alone
            await bob.post(room, "On one machine", "one")
            await until(lambda: bool(waiting_for_the_standby(pair)))
            with pair.primary.connect() as connection:
                connection.execute("SELECT pg_cancel_backend(%s)", waiting_for_the_standby(pair))
            nack = await answer(bob, "one")
            assert (nack["type"], nack["code"], nack["retry"]) == ("nack", "storage", True)
        await asyncio.to_thread(pair.standby.start)
        ack = await insist(bob, room, "On one machine", "one")
        await carla.until_seen(room, ack["seq"])
        assert carla.bodies(room) == ["Before", "On one machine"]
        await asyncio.to_thread(pair.lose_primary)
        await asyncio.to_thread(pair.promote)
        assert await insist(bob, room, "On one machine", "one") == {**ack, "duplicate": True}
    assert [body for _, body in server.messages(room)] == ["Before", "On one machine"]
