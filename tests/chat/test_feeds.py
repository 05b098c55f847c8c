"""Every event once, in order: listeners that come, go and come back while the database is slow or fails."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from chat.live.batch import Committed
from chat.live.feeds import Feeds
from chat.live.listener import Listener
from chat.live.socket import Socket
from chat.queries import events
from chat.queries.credentials import LogIn
from storage.exceptions import QueryTimeout

ROOM = 7


class Ear:
    """A listener and what it hears."""

    def __init__(self) -> None:
        self.seqs: list[int] = []
        self.closed: int | None = None
        self.listener = Listener(LogIn(1, "session", "password"), "Bob", Socket(self._hear))

    async def _hear(self, event: dict[str, Any]) -> None:
        if event["type"] == "websocket.close":
            self.closed = event["code"]
        else:
            self.seqs += [seen["seq"] for seen in json.loads(event["text"])["events"]]


def some_events(after: int, last: int) -> str:
    return json.dumps([{"seq": seq} for seq in range(after + 1, last + 1)])


class Reads:
    """In the place of storage: reads wait while it is not open, and fail as often as it is told."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.failures = 0
        self.count = 0

    async def __call__(self, room: int, after: int, last: int) -> events.Stretch:
        self.count += 1
        await self.open.wait()
        if self.failures:
            self.failures -= 1
            raise QueryTimeout(1)
        return events.Stretch(some_events(after, last), last, somebody_left=False, renamed=False)


@pytest.fixture
async def reads(monkeypatch) -> Reads:
    reads = Reads()
    monkeypatch.setattr(events, "read", reads)
    return reads


@pytest.fixture
async def feeds() -> Feeds:
    async def nobody_left() -> None: ...

    return Feeds(nobody_left, lambda _: None)


async def settled(feeds: Feeds, *ears: Ear) -> None:
    while feeds._tasks:
        await asyncio.wait(feeds._tasks)
    for ear in ears:
        await ear.listener.socket.drain()


async def test_leaving_and_coming_back_while_catching_up_brings_nothing_twice(feeds, reads):
    bob = Ear()
    feeds.join(bob.listener, ROOM, 5, 10)
    await asyncio.sleep(0)
    feeds.leave(bob.listener, ROOM)
    feeds.join(bob.listener, ROOM, 8, 10)
    feeds.publish([Committed(ROOM, 11, 11, some_events(10, 11))])
    reads.open.set()
    await settled(feeds, bob)
    assert bob.seqs == [9, 10, 11]


async def test_whoever_leaves_while_catching_up_hears_no_more(feeds, reads):
    bob = Ear()
    feeds.join(bob.listener, ROOM, 5, 10)
    await asyncio.sleep(0)
    feeds.leave(bob.listener, ROOM)
    reads.open.set()
    feeds.publish([Committed(ROOM, 11, 11, some_events(10, 11))])
    await settled(feeds, bob)
    assert bob.seqs == []


async def test_a_joiner_who_is_further_than_a_feed_that_cannot_be_read_comes_back(feeds, reads):
    alice, bob = Ear(), Ear()
    reads.open.set()
    reads.failures = 1
    feeds.join(alice.listener, ROOM, 5, 5)
    feeds.join(bob.listener, ROOM, 10, 10)
    await settled(feeds, alice, bob)
    feeds.move({ROOM: 11})
    await settled(feeds, alice, bob)
    assert alice.seqs == [6, 7, 8, 9, 10, 11]
    assert (bob.seqs, bob.closed) == ([], 1012)


async def test_a_joiner_who_is_further_than_the_feed_waits_for_it(feeds, reads):
    alice, bob = Ear(), Ear()
    feeds.join(alice.listener, ROOM, 5, 5)
    feeds.join(bob.listener, ROOM, 10, 10)
    await asyncio.sleep(0)
    reads.open.set()
    await settled(feeds, alice, bob)
    feeds.publish([Committed(ROOM, 11, 11, some_events(10, 11))])
    await settled(feeds, alice, bob)
    assert (alice.seqs, bob.seqs, bob.closed) == ([6, 7, 8, 9, 10, 11], [11], None)


async def test_a_room_that_nobody_hears_is_not_read(feeds, reads):
    reads.open.set()
    bob = Ear()
    feeds.join(bob.listener, ROOM, 5, 5)
    feeds.move({ROOM: 6})
    await settled(feeds, bob)
    assert (bob.seqs, reads.count) == ([6], 1)
    feeds.leave(bob.listener, ROOM)
    for head in range(7, 507):
        feeds.move({ROOM: head, ROOM + 1: head})  # another process writes
        await settled(feeds)
    feeds.publish([Committed(ROOM, 508, 508, some_events(507, 508))])
    await settled(feeds)
    assert reads.count == 1


async def test_reading_ends_when_the_last_one_leaves(feeds, reads):
    bob = Ear()
    feeds.join(bob.listener, ROOM, 5, 5)
    feeds.move({ROOM: 5_000})
    await asyncio.sleep(0)
    feeds.leave(bob.listener, ROOM)
    reads.open.set()
    await settled(feeds)
    assert reads.count == 1


@pytest.mark.parametrize("by", ["this process", "another process"])
async def test_what_is_written_into_a_silent_room_while_somebody_comes_in_is_heard_at_once(feeds, reads, by):
    reads.open.set()
    bob = Ear()
    if by == "this process":
        feeds.publish([Committed(ROOM, 11, 11, some_events(10, 11))])
    else:
        feeds.move({ROOM: 11})
    feeds.join(bob.listener, ROOM, 10, 10)  # as read before that
    await settled(feeds, bob)
    assert bob.seqs == [11]


async def test_what_the_last_one_to_leave_heard_reaches_who_was_on_the_way_in(feeds, reads):
    reads.open.set()
    alice, bob = Ear(), Ear()
    feeds.join(alice.listener, ROOM, 10, 10)
    feeds.publish([Committed(ROOM, 11, 11, some_events(10, 11))])
    feeds.leave(alice.listener, ROOM)
    feeds.join(bob.listener, ROOM, 10, 10)
    await settled(feeds, alice, bob)
    assert (alice.seqs, bob.seqs) == ([11], [11])


async def test_whoever_cannot_be_caught_up_with_comes_back_whatever_the_reason(feeds, reads, monkeypatch):
    async def broken(*_: int) -> events.Stretch:
        raise ValueError("a fault of ours")

    monkeypatch.setattr(events, "read", broken)
    bob = Ear()
    feeds.join(bob.listener, ROOM, 5, 5)
    feeds._feeds[ROOM].head = feeds._feeds[ROOM].wanted = 10
    carla = Ear()
    feeds.join(carla.listener, ROOM, 5, 10)
    await settled(feeds, carla)
    assert carla.closed == 1012
