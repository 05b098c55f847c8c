"""Several processes on one database: Redis carries hints between them, and losing every hint loses no event."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from channels.layers import get_channel_layer

from chat.live.hints import Hints
from tests.support.client import Client
from tests.support.redis import Redis
from tests.support.server import Server


@pytest.fixture
def two_servers(start_server):
    """Starts two processes on one database."""

    def start(**env: str) -> tuple[Server, Server]:
        first = start_server(**env)
        return first, start_server(beside=first, **env)

    return start


async def talk_and_hear(one: Server, other: Server, room: int, count: int = 60) -> None:
    """bob on one process and carla on the other talk at once; both hear everything, once and in the same order."""
    async with one.client("bob") as bob, other.client("carla") as carla:

        async def talk(person) -> list[str]:
            sent = [await person.post(room, f"{number}") for number in range(count)]
            await person.until_answered(sent)
            return sent

        by_bob, by_carla = await asyncio.gather(talk(bob), talk(carla))
        head = one.head(room)
        for person in (bob, carla):
            await person.until_seen(room, head)
        assert bob.logs[room].events == carla.logs[room].events
        heard = [event["message"]["client_id"] for event in bob.logs[room].events if event["kind"] == "message"]
    assert sorted(heard) == sorted(by_bob + by_carla)
    for sent in (by_bob, by_carla):
        assert [client_id for client_id in heard if client_id in set(sent)] == sent
    assert heard == [client_id for client_id, _ in one.messages(room)][-len(heard) :]


async def until_typing_is_told(one: Client, other: Client, room: int) -> None:
    """Who is writing is told by hints alone: to hear it shows that they travel."""
    async with asyncio.timeout(30):
        while not any(frame["type"] == "typing" for frame in other.inbox):
            await one.send({"type": "typing", "room": room})
            with suppress(TimeoutError):
                await other.until(lambda: any(frame["type"] == "typing" for frame in other.inbox), seconds=1)


async def test_without_redis_everything_arrives(two_servers):
    one, other = two_servers()
    await talk_and_hear(one, other, one.new_room())


async def test_with_redis_everything_arrives_and_still_does_when_it_dies(two_servers, redis):
    one, other = two_servers(REDIS_URL=redis.url)
    room = one.new_room()
    await talk_and_hear(one, other, room)
    async with one.client("bob") as bob, other.client("carla") as carla:
        redis.kill()
        ack = await bob.say(room, "With no hint")
        await carla.until_seen(room, ack["seq"])
        ack = await carla.say(room, "Likewise")
        await bob.until_seen(room, ack["seq"])
    await talk_and_hear(one, other, room)


async def test_redis_away_and_back_again_loses_and_doubles_nothing(two_servers, redis):
    one, other = two_servers(REDIS_URL=redis.url)
    room = one.new_room()
    async with one.client("bob") as bob, other.client("carla") as carla:
        for happens in (redis.kill, redis.start):
            sent = [await bob.post(room, f"{number}") for number in range(30)]
            happens()
            sent += [await bob.post(room, f"{number}") for number in range(30, 60)]
            await bob.until_answered(sent)
            for person in (bob, carla):
                await person.until_seen(room, one.head(room))
        assert bob.logs[room].events == carla.logs[room].events
        await until_typing_is_told(bob, carla, room)
    await talk_and_hear(one, other, room)


def make_foreign(server: Server) -> None:
    """Have this server's database, the cast's like all of them, be another installation's."""
    server.database.execute("UPDATE chat_installation SET identity = 'foreign'")


async def test_installations_that_share_a_redis_do_not_hear_of_one_another(two_servers, start_server, redis):
    one, other = two_servers(REDIS_URL=redis.url)
    foreign = start_server(REDIS_URL=redis.url, before=make_foreign)
    room = one.new_room()
    alice_id, bob_id, carla_id = (one.world.people[name].id for name in ("alice", "bob", "carla"))
    async with foreign.client("carla") as carla, one.client("bob") as bob, other.client("alice") as alice:
        await carla.send({"type": "typing", "room": room})
        await carla.is_alive()
        await until_typing_is_told(bob, alice, room)  # hints do travel
        async with other.client("bob") as bob_again:
            assert carla_id not in bob_again.welcome["online"]
        async with foreign.client("carla") as carla_again:
            assert carla_again.welcome["online"] == [carla_id]
        for person, strangers in ((carla, {alice_id, bob_id}), (alice, {carla_id}), (bob, {carla_id})):
            told = {frame["user"]["id"] for frame in person.inbox if frame["type"] in {"typing", "presence"}}
            assert not told & strangers


async def test_a_server_starts_and_serves_where_redis_is_not_there(start_server, tmp_path):
    server = start_server(REDIS_URL=f"unix://{tmp_path}/nobody")
    room = server.new_room()
    async with server.client("bob") as bob, server.client("carla") as carla:
        ack = await bob.say(room, "Hello")
        await carla.until_seen(room, ack["seq"])


async def test_one_client_id_sent_to_two_processes_at_once_is_one_message(two_servers):
    one, other = two_servers()
    room = one.new_room()
    async with one.client("bob") as here, other.client("bob") as there, other.client("carla") as carla:
        for round_number in range(10):
            client_id = f"both-{round_number}"
            await asyncio.gather(*(bob.post(room, "Once.", client_id) for bob in (here, there) for _ in range(5)))
            for bob in (here, there):
                await bob.until(lambda bob=bob, client_id=client_id: len(bob.acks.get(client_id, [])) == 5)
            acks = here.acks[client_id] + there.acks[client_id]
            assert len({(ack["id"], ack["seq"]) for ack in acks}) == 1
            assert [ack["duplicate"] for ack in acks].count(False) == 1
        for person in (here, there, carla):
            await person.until_seen(room, one.head(room))
            seqs = [event["seq"] for event in person.events_seen]
            assert len(seqs) == len(set(seqs)), "something was broadcast twice"
    assert len(one.messages(room)) == 10


async def test_a_client_that_moves_to_another_process_misses_nothing(two_servers):
    one, other = two_servers()
    room = one.new_room()
    async with one.client("carla") as carla, other.client("bob") as bob:
        await bob.say(room, "First")
        await carla.until_seen(room, one.head(room))
        await carla.close()
        await bob.say(room, "While she was on her way")
        carla.address = carla._origin = other.address
        await carla.connect()
        await bob.say(room, "And after")
        await carla.until_seen(room, one.head(room))
        assert carla.bodies(room) == ["First", "While she was on her way", "And after"]


@pytest.fixture
async def layer(settings, redis: Redis):
    settings.CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [redis.url]}}
    }
    yield get_channel_layer()
    await get_channel_layer().flush()


async def one_installation() -> str:
    return "ours"


async def test_a_hint_travels_through_redis(layer):
    heard: asyncio.Queue[dict] = asyncio.Queue()
    here, there = Hints(one_installation), Hints(one_installation)
    here.hear("heads", heard.put_nowait)
    here.start()
    async with asyncio.timeout(20):
        while heard.empty():  # until it listens, hints are lost, as hints may be
            there.send_heads({7: 119, 8: 3})
            there.send_heads({7: 120})
            await asyncio.sleep(0.01)
    assert heard.get_nowait() == {"kind": "heads", "heads": [[7, 120], [8, 3]], "process": there.process}
    for task in here._tasks:
        task.cancel()
    assert here._sender
    assert there._sender
    await asyncio.gather(*here._tasks, here._sender, there._sender, return_exceptions=True)


def test_hints_without_a_layer_go_nowhere(settings):
    settings.CHANNEL_LAYERS = {}
    hints = Hints(one_installation)
    hints.hear("typing", lambda hint: pytest.fail("nobody can have sent this"))
    hints.start()
    hints.send_heads({7: 120})
    hints.send({"kind": "typing"})
    assert not [*hints._heads, *hints._others, *hints._tasks]
