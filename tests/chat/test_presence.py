"""Who is there and who is writing."""

from __future__ import annotations

import pytest

from chat.live import presence
from chat.live.presence import Presence


async def test_the_others_see_who_writes_and_oneself_does_not(server, room):
    async with server.client("bob") as bob, server.client("carla") as carla:
        await bob.send({"type": "typing", "room": room})
        frame = await carla.take("typing", room=room)
        assert frame["user"] == {"id": server.world.people["bob"].id, "name": server.world.people["bob"].name}
        await bob.is_alive()
        assert not [f for f in bob.inbox if f["type"] == "typing"]


async def test_typing_is_limited_and_only_for_members(server, room):
    async with server.client("bob") as bob, server.client("alice") as alice:
        for _ in range(50):
            await bob.send({"type": "typing", "room": room})
        await bob.send({"type": "typing", "room": server.world.closed})
        await bob.is_alive()
        await alice.is_alive()
        seen = [frame["room"] for frame in alice.inbox if frame["type"] == "typing"]
        assert 1 <= len(seen) <= 4
        assert server.world.closed not in seen


async def test_who_comes_is_seen_and_stands_in_the_welcome(start_server):
    server = start_server()
    room = server.new_room()
    ids = {name: person.id for name, person in server.world.people.items()}
    async with server.client("alice") as alice, server.client("carla") as carla:
        frame = await alice.take("presence", room=room, state="online")
        assert frame["user"]["id"] == ids["carla"]
        assert carla.welcome["online"] == [ids["alice"]]


@pytest.fixture
def announced():
    return []


@pytest.fixture
def make(announced, monkeypatch):
    monkeypatch.setattr(presence, "GRACE_SECONDS", 0.0)

    def make():
        return Presence(lambda user, name, rooms, online: announced.append((user, online)), lambda hint: None)

    return make


async def until_quiet():
    import asyncio  # noqa: PLC0415

    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_second_device_and_a_reload_are_no_news(make, announced, monkeypatch):
    here = make()
    here.enter(1, "bob", {7})
    here.enter(1, "bob", {7})
    here.leave(1)
    await until_quiet()
    assert announced == [(1, True)]
    here.leave(1)
    here.enter(1, "bob", {7})  # within the grace
    await until_quiet()
    assert announced == [(1, True)]
    here.leave(1)
    await until_quiet()
    assert announced == [(1, True), (1, False)]


async def test_somebody_on_two_servers_leaves_with_the_last(make, announced):
    here = make()
    here.heard("other", [(1, "bob", [7])])
    assert list(here.people({7})) == [1]
    assert here.people({8}) == {}
    here.enter(1, "bob", {7})
    here.heard("other", [])
    assert announced == [(1, True)]
    here.leave(1)
    await until_quiet()
    assert announced == [(1, True), (1, False)]


async def test_a_server_that_falls_silent_is_forgotten(make, announced, monkeypatch):
    here = make()
    here.heard("other", [(1, "bob", [7])])
    monkeypatch.setattr(presence, "FORGET_SECONDS", -1.0)
    here.tick()
    assert announced == [(1, True), (1, False)]


async def test_who_leaves_is_announced_to_the_rooms_and_a_second_tab_keeps_one_there(start_server):
    server = start_server()
    room = server.new_room()
    alices, carlas = (server.world.people[name].id for name in ("alice", "carla"))
    async with server.client("bob") as bob:
        async with server.client("carla"):
            async with server.client("carla"):
                pass
            async with server.client("alice") as alice:
                assert carlas in alice.welcome["online"]
        gone = [await bob.take("presence", room=room, state="offline") for _ in range(2)]
        assert {frame["user"]["id"] for frame in gone} == {alices, carlas}
        await bob.is_alive()
        assert not [frame for frame in bob.inbox if frame.get("state") == "offline" and frame["room"] == room]
