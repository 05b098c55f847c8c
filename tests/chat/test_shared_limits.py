"""Limits hold over all processes of an installation while Redis is there, and in each process while it is not."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import socket
from contextlib import AsyncExitStack, ExitStack, closing

import pytest

from chat.protocol import Close
from tests.chat.test_accounts import submit
from tests.chat.test_processes import make_foreign
from tests.support.api import Api
from tests.support.client import Client, Closed
from tests.support.environment import manage
from tests.support.raw import ask, connect, request
from tests.support.redis import Redis
from tests.support.seed import PASSWORD
from tests.support.server import Server

HEALTH = request("/healthz", "Connection: close")


@pytest.fixture
def servers(start_server, redis):
    """Starts processes of one installation, on one Redis."""

    def start(count: int, **env: str) -> list[Server]:
        first = start_server(REDIS_URL=redis.url, **env)
        return [first, *(start_server(beside=first, REDIS_URL=redis.url, **env) for _ in range(count - 1))]

    return start


def log_in(server: Server, username: str, password: str) -> int:
    with server.browser() as visitor:
        return submit(visitor, "/login/", username=username, password=password).status_code


def guesses_of(username: str, *servers: Server) -> int:
    """Guess a password, in turn at each of the servers, until none is looked at any more. Returns how many were."""
    turns = itertools.cycle(servers)
    return next(number for number in itertools.count() if log_in(next(turns), username, "a guess") == 429)


def redis_client(redis: Redis):
    from redis import Redis as Client  # noqa: PLC0415

    return closing(Client.from_url(redis.url, decode_responses=True))


# Counted in Redis, exactly


def test_who_guesses_a_password_is_stopped_by_all_processes_together_and_restarts_forget_nothing(servers, redis):
    one, other = servers(2)
    assert 10 <= guesses_of("bob", one, other) < 20, "one more every half minute"
    assert log_in(one, "bob", PASSWORD) == log_in(other, "bob", PASSWORD) == 429, "nor does the right one help"
    one.restart()
    assert guesses_of("bob", one) < 10
    assert log_in(one, "carla", PASSWORD) == 302
    with redis_client(redis) as client:
        keys = list(client.scan_iter())
        assert len(keys) == 2, "bob's name at this address, and this address; carla was right"
        ((identity,),) = one.rows("SELECT identity FROM chat_installation")
        for key in keys:
            assert client.ttl(key) > 0, "it expires"
            assert key.startswith(f"posthorn:{{{identity}}}:")
            assert not any(clear in key + client.get(key) for clear in ("bob", "127.0.0.1"))


def test_what_counts_in_one_installation_does_not_in_another_on_the_same_redis(servers, start_server, redis):
    (one,) = servers(1)
    foreign = start_server(REDIS_URL=redis.url, before=make_foreign)
    guesses_of("bob", one)
    assert log_in(foreign, "bob", PASSWORD) == 302


async def test_rooms_of_an_hour_and_additions_are_counted_over_all_processes_at_once(servers):
    one, other = servers(2, ROOMS_PER_HOUR="4")
    async with Api(one, "bob") as here, Api(other, "bob") as there, Api(other, "alice") as alice:
        new = {"name": "New", "kind": "closed"}
        asked = [api.raw("POST", "/api/rooms/", new) for _ in range(5) for api in (here, there)]
        made = [answer.status_code for answer in await asyncio.gather(*asked)]
        assert sorted(made) == [201] * 4 + [429] * 6
        await alice.post("/api/rooms/", {"name": "Hers", "kind": "closed"}, status=201)


# Told by hints


async def lets_in(server: Server, person: str) -> bool:
    """Whether somebody may connect once more; they go away again."""
    client = server.client(person, hello=False)
    await client.connect()
    try:
        await client.hello()
    except Closed:
        assert await client.closed() == Close.TOO_MANY
        return False
    await client.close()
    return True


async def test_a_person_has_so_many_connections_to_all_processes_together(servers):
    one, other, third = servers(3, CONNECTIONS_PER_USER="4")
    async with AsyncExitStack() as held:
        bobs = [await held.enter_async_context(server.client("bob")) for server in (one, one, other, other)]
        async with asyncio.timeout(60):
            for server in (third, one):  # as soon as it has heard of the others
                while await lets_in(server, "bob"):
                    pass
            assert await lets_in(third, "carla")
            for bob in bobs:
                await bob.is_alive()
            await bobs[0].close()
            while not await lets_in(third, "bob"):
                pass


@pytest.mark.parametrize("kind", ["daphne", "uvicorn"])
def test_an_address_has_so_many_connections_to_all_processes_together(servers, kind):
    one, other = servers(2, CONNECTIONS_PER_ADDRESS="6", SERVER=kind)
    with ExitStack() as held:
        silent = [held.enter_context(closing(connect(one))) for _ in range(6)]
        while ask(other, HEALTH).status != 0:
            pass
        assert ask(other, HEALTH, source="127.0.0.2").status == 200
        assert not any(is_open_no_more(connection) for connection in silent)
    while ask(other, HEALTH).status != 200:
        pass


def is_open_no_more(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return not connection.recv(1)
    except BlockingIOError:
        return False


async def test_what_somebody_sends_through_one_process_is_used_up_in_the_other(servers):
    one, other = servers(2, SENDS_PER_SECOND="1")
    room = one.new_room()
    async with one.client("bob") as here, other.client("bob") as there, other.client("carla") as carla:
        for number in range(10):  # all that he may send at once, twice
            for bob in (here, there):
                await bob.post(room, f"{number}")
        for bob in (here, there):
            await until_it_takes_long(bob, one.new_room())
        await carla.say(room, "I have all of mine")


async def until_it_takes_long(person: Client, room: int) -> None:
    """Send one after the other until the next has to wait for longer than a process makes anybody wait by itself."""
    sent = person.new_id()
    async with asyncio.timeout(60):
        while True:
            before = len(person.nacks.get(sent, []))
            await person.post(room, "more", sent)
            await person.until(lambda: sent in person.acks or len(person.nacks.get(sent, [])) > before)  # noqa: B023
            if sent in person.acks:
                sent = person.new_id()
                continue
            assert person.nacks[sent][-1]["code"] == "rate_limited"
            if person.nacks[sent][-1]["after_ms"] > 2_000:
                return


# Redis goes away, and comes back


async def test_without_redis_each_process_counts_for_itself_and_then_all_together_again(servers, redis):
    one, other = servers(2, SENDS_PER_SECOND="1000")
    room = one.new_room()
    async with one.client("bob") as bob, other.client("carla") as carla:
        redis.kill()
        for _ in range(4):
            assert log_in(one, "bob", "a guess") == 200
        ack = await bob.say(room, "Without Redis")
        await carla.until_seen(room, ack["seq"])
        assert 6 <= guesses_of("bob", one) < 16
        assert log_in(other, "bob", PASSWORD) == 302, "it knows nothing of that"
        assert one.log.count("Redis is away") == 1, one.log
        redis.start()
        for server in (one, other):
            while "Redis is back" not in server.log:
                log_in(server, "alice", PASSWORD)
        assert 10 <= guesses_of("carla", other) < 20
        assert guesses_of("carla", one) < 10
        assert one.log.count("Redis is back") == 1


async def test_a_redis_that_answers_nothing_stalls_nobody(servers, redis):
    one, other = servers(2)
    room = one.new_room()
    async with one.client("bob") as bob, other.client("carla") as carla:
        os.kill(redis.process_id, signal.SIGSTOP)
        try:
            assert log_in(one, "bob", PASSWORD) == 302
            assert log_in(one, "bob", "a guess") == 200
            for number in range(20):
                ack = await bob.say(room, f"{number}")
            await carla.until_seen(room, ack["seq"])
            assert one.log.count("Redis is away") == 1
            async with one.client("alice") as alice:
                await alice.is_alive()
        finally:
            os.kill(redis.process_id, signal.SIGCONT)


@pytest.fixture
def locked_redis():
    redis = Redis("--requirepass", "the right one")
    yield redis
    redis.remove()


def test_a_wrong_password_for_redis_ends_the_start_with_a_line_that_does_not_tell_it(start_server, locked_redis):
    server = start_server()
    server.stop()
    for given in ("", "?password=guessed-it"):
        done = manage("serve", env={**server.environment, "REDIS_URL": f"{locked_redis.url}{given}"})
        assert done.returncode == 1
        assert "does not accept what REDIS_URL says" in done.stderr
        assert "guessed-it" not in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    server._env["REDIS_URL"] = f"{locked_redis.url}?password=the%20right%20one"
    server.start()
    assert log_in(server, "bob", PASSWORD) == 302
    assert "away" not in server.log
