"""Who is there and who is writing."""

from __future__ import annotations

import pytest

from chat.live import neighbours, presence
from chat.live.presence import Presence
from tests.support.talk import Talk


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
def talk(settings):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    return Talk()


@pytest.fixture
def here(announced, monkeypatch, talk):
    monkeypatch.setattr(presence, "GRACE_SECONDS", 0.0)
    return Presence(lambda user, name, rooms, online: announced.append((user, online)), talk.join())


async def until_quiet():
    import asyncio  # noqa: PLC0415

    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_second_device_and_a_reload_are_no_news(here, announced):
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


async def test_somebody_on_three_servers_leaves_with_the_last(here, talk, announced):
    one, other = talk.join(), talk.join()
    for elsewhere in (one, other):
        elsewhere.tell("people", 1, ["bob", [7]])
        talk.round()
    assert here.people({7}) == {1: "bob"}
    assert here.people({8}) == {}
    one.tell("people", 1, ["bob", [7, 8]])
    talk.round()
    assert here.people({8}) == {1: "bob"}
    here.enter(1, "bob", {7})
    for elsewhere in (one, other):
        elsewhere.tell("people", 1, None)
        talk.round()
    assert announced == [(1, True)]
    here.leave(1)
    await until_quiet()
    assert announced == [(1, True), (1, False)]


async def test_a_server_that_falls_silent_is_forgotten(here, talk, announced, monkeypatch):
    talk.join().tell("people", 1, ["bob", [7]])
    talk.round()
    monkeypatch.setattr(neighbours, "FORGET_SECONDS", -1.0)
    talk.round()
    assert announced == [(1, True), (1, False)]
    assert not here.is_online(1)


async def test_a_server_that_starts_is_told_who_is_there_before_anybody_comes(start_server, redis):
    first = start_server(REDIS_URL=redis.url)
    async with first.client("alice"), first.client("bob") as bob:
        second = start_server(beside=first, REDIS_URL=redis.url)
        both = {first.world.people[name].id for name in ("alice", "bob")}
        async with second.client("carla") as carla:
            seen = set(carla.welcome["online"])
            while not both <= seen:  # the first answer may cross her hello, and is told then
                seen.add((await carla.take("presence", state="online"))["user"]["id"])
            await bob.take("presence", state="online")


async def test_the_people_of_a_server_that_was_killed_go_offline(start_server, redis):
    first = start_server(REDIS_URL=redis.url)
    second = start_server(beside=first, REDIS_URL=redis.url)
    bobs = first.world.people["bob"].id
    async with first.client("alice") as alice:
        async with second.client("bob"):
            while (await alice.take("presence", state="online"))["user"]["id"] != bobs:
                pass
            second.kill()
        while (await alice.take("presence", state="offline"))["user"]["id"] != bobs:
            pass


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
