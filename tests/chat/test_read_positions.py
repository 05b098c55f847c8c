"""What a person has read on one device is read on all of them."""

from __future__ import annotations

import pytest

from chat.actions import rooms
from chat.live import hub, process

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def never_looking(monkeypatch) -> None:
    monkeypatch.setattr(hub, "LOOK_SECONDS", 3_600)


async def messages_from_carla(visit, room: int, count: int) -> int:
    """Returns the seq of the last."""
    carla = await visit("carla")
    await carla.hello()
    seq = 0
    for number in range(count):
        await carla.post(room, f"c{number}")
        seq = int((await carla.take("ack"))["seq"])
    return seq


async def test_ones_other_clients_are_told_and_nobody_else(visit, everyone, never_looking):
    reader, other, alice = await visit("bob"), await visit("bob"), await visit("alice")
    for each in (reader, other, alice):
        await each.hello()
    last = await messages_from_carla(visit, everyone, 3)
    for each in (reader, other, alice):
        while (await each.take("events"))["to"] < last:
            pass
    await reader.send_json_to({"type": "read", "room": everyone, "seq": last - 1})
    assert await other.take("read") == {"type": "read", "room": everyone, "seq": last - 1, "unread": 1, "head": last}
    await reader.send_json_to({"type": "read", "room": everyone, "seq": 10**12})
    assert await other.take("read") == {"type": "read", "room": everyone, "seq": last, "unread": 0, "head": last}
    for each in (reader, alice):
        await each.send_json_to({"type": "ping", "n": 1})
        assert (await each.receive_json_from(timeout=10)) == {"type": "pong", "n": 1}


async def test_reading_what_was_read_tells_nobody(visit, everyone, never_looking):
    reader, other = await visit("bob"), await visit("bob")
    await reader.hello()
    await other.hello()
    for seq in (10**12, 10**12, 1):
        await reader.send_json_to({"type": "read", "room": everyone, "seq": seq})
    await reader.send_json_to({"type": "ping", "n": 1})
    await reader.take("pong")
    await other.take("read")
    await other.send_json_to({"type": "ping", "n": 1})
    assert (await other.receive_json_from(timeout=10))["type"] == "pong"


async def test_a_room_that_is_no_longer_ones_own_is_not_told_of(visit, people, everyone, never_looking, own_store):
    reader, other = await visit("bob"), await visit("bob")
    await reader.hello()
    await other.hello()
    await own_store.transaction(rooms.end_membership, everyone, people["bob"].pk)
    await reader.send_json_to({"type": "read", "room": everyone, "seq": 10**12})
    positions = process.hub.read_positions
    positions.heard(people["bob"].pk, everyone)
    for task in list(positions._tasks):
        await task
    await reader.send_json_to({"type": "ping", "n": 1})
    await reader.take("pong")
    await other.send_json_to({"type": "ping", "n": 1})
    assert (await other.receive_json_from(timeout=10))["type"] == "pong"


async def test_it_reaches_a_client_of_another_process(start_server, redis):
    one = start_server(REDIS_URL=redis.url)
    other = start_server(beside=one, REDIS_URL=redis.url)
    room = one.new_room()
    async with one.client("carla") as carla, one.client("bob") as bob, other.client("bob") as elsewhere:
        told = None
        while told is None:  # until the processes hear of each other, hints are lost, as hints may be
            seq = (await carla.say(room, "Hello"))["seq"]
            await bob.send({"type": "read", "room": room, "seq": seq})
            await bob.is_alive()
            await elsewhere.until_seen(room, seq)
            told = next((frame for frame in elsewhere.inbox if frame["type"] == "read"), None)
        assert (told["room"], told["unread"]) == (room, 0)
        assert told["seq"] <= seq
    async with other.client("bob") as back:
        (mine,) = [each for each in back.welcome["rooms"] if each["id"] == room]
        assert (mine["read_seq"], mine["unread"]) == (seq, 0)
