"""Two processes write to the same rooms at once, each in an order of its own: nobody is in another's way for good."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from tests.support.api import Api
from tests.support.client import Client
from tests.support.databases import ENGINE
from tests.support.server import Server

ROUNDS = 6
CHANGED = 4
"""So many messages of a round are edited, and get a reaction."""


async def talk(person: Client, rooms: Iterable[int]) -> list[str]:
    """Say something in all rooms at once, again and again, with changes in between. Returns what must be acked."""
    asked: list[str] = []
    for number in range(ROUNDS):
        said = [await person.post(room, f"{number}") for room in rooms]
        await person.until_answered(said)
        changed = [person.acks[client_id][0]["id"] for client_id in said[:CHANGED]]
        for message in changed:
            edit, react = person.new_id(), person.new_id()
            await person.send({"type": "edit", "client_id": edit, "message": message, "body": f"{number}, rather"})
            await person.send({"type": "react", "client_id": react, "message": message, "emoji": "🦉", "on": True})
            asked += [edit, react]
        asked += said
    await person.until_answered(asked)
    return asked


async def come_and_go(server: Server, rooms: list[int]) -> None:
    """Rename rooms, leave them and come back, all the while."""
    async with Api(server, "alice") as alice:
        for room in rooms:
            await alice.patch(f"/api/rooms/{room}/", {"name": f"Room {room}"})
            await alice.post(f"/api/rooms/{room}/leave/")
            await alice.post(f"/api/rooms/{room}/join/")


def heard(person: Client, room: int) -> list[tuple[int, str]]:
    """What came, but not what it says: who caught up finds texts as they were edited later."""
    return [(event["seq"], event["kind"]) for event in person.logs[room].events]


async def test_rooms_in_opposite_order_by_two_processes(start_server):
    one = start_server(SENDS_PER_SECOND="10000", FRAMES_PER_SECOND="10000")
    other = start_server(beside=one, SENDS_PER_SECOND="10000", FRAMES_PER_SECOND="10000")
    rooms = [one.new_room() for _ in range(20)]
    async with one.client("bob") as bob, other.client("carla") as carla:
        by_bob, by_carla, *_ = await asyncio.gather(
            talk(bob, rooms),
            talk(carla, rooms[::-1]),
            come_and_go(other, rooms),
        )
        for person, asked in ((bob, by_bob), (carla, by_carla)):
            assert person.nacks == {}
            assert [len(person.acks[client_id]) for client_id in asked] == [1] * len(asked)
            assert not any(ack["duplicate"] for answers in person.acks.values() for ack in answers)
        for room in rooms:
            for person in (bob, carla):
                await person.until_seen(room, one.head(room))
            assert heard(bob, room) == heard(carla, room)
            seqs = [seq for (seq,) in one.rows("SELECT seq FROM chat_event WHERE room_id = %s ORDER BY seq", [room])]
            assert seqs == list(range(1, one.head(room) + 1))
            for asked in (by_bob, by_carla):
                mine = [client_id for client_id, _ in one.messages(room) if client_id in set(asked)]
                assert mine == sorted(mine, key=asked.index)
                assert len(mine) == ROUNDS
    for server in (one, other):
        assert "could not be committed" not in server.log
    if ENGINE == "postgres":
        assert one.rows("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == [(0,)]
