"""Going down and coming up, slow clients, and both servers."""

from __future__ import annotations

import asyncio
import json
import signal

import pytest
from prometheus_client.parser import text_string_to_metric_families

pytestmark = pytest.mark.usefixtures("either")

TOKEN = "a token that nobody guesses"
READS_TO_COME_BACK = 6  # its session, the epoch, the rooms and their heads, what it has missed


@pytest.fixture(params=["daphne", "uvicorn"])
def either(request):
    return request.param


async def test_sigterm_finishes_what_is_in_hand_and_tells_when_to_come_back(start_server, either):
    server = start_server(SERVER=either)
    room = server.new_room()
    async with server.client("bob") as bob, server.client("carla") as carla:
        ids = [await bob.post(room, str(number)) for number in range(50)]
        await bob.until_answered(ids[:1])
        process = server._process
        process.send_signal(signal.SIGTERM)
        for client in (bob, carla):
            assert await client.closed() == 1012
            assert any(frame["type"] == "bye" and frame["after_ms"] > 0 for frame in client.inbox)
        await asyncio.to_thread(process.wait, 10)
        acked = set(bob.acks)
    server.stop()
    server.start()
    assert acked <= {client_id for client_id, _ in server.messages(room)}
    async with server.client("bob") as bob:
        for number, client_id in enumerate(ids):
            await bob.say(room, str(number), client_id)
    assert [body for _, body in server.messages(room)] == [str(number) for number in range(50)]


async def test_a_client_that_does_not_read_holds_up_nobody_and_misses_nothing(start_server, either):
    server = start_server(SERVER=either, SENDS_PER_SECOND="10000", FRAMES_PER_SECOND="10000")
    room = server.new_room()
    async with server.client("bob") as bob:
        deaf = server.client("carla", hello=False)
        await deaf.connect()
        await deaf.hello({room: 0})
        deaf._connection.transport.pause_reading()
        body = "x" * 15_000
        for _ in range(25):  # 18 MB for each listener: more than the system buffers
            await bob.until_answered([await bob.post(room, body) for _ in range(50)])
        deaf._connection.transport.resume_reading()
        await deaf.until_seen(room, server.head(room))  # what was not stored for it comes from the database
        await deaf.close()


async def test_a_hundred_that_come_back_at_once_all_converge(start_server, either):
    server = start_server(SERVER=either, CONNECTIONS_PER_USER="1000", METRICS_TOKEN=TOKEN)
    room = server.new_room()
    async with server.client("bob") as bob:
        clients = [server.client("carla") for _ in range(100)]
        await asyncio.gather(*(client.connect() for client in clients))
        for number in range(100):
            last = await bob.say(room, str(number))
        await asyncio.gather(*(client.until_seen(room, last["seq"]) for client in clients))
        first = clients[0].logs[room].events[0]["seq"]
        server.stop()
        await asyncio.gather(*(client.closed() for client in (bob, *clients)))
    server.start()
    for missed, client in enumerate(clients):  # each has missed another part
        client.logs[room].last -= missed
        del client.logs[room].events[100 - missed :]
    await asyncio.gather(*(client.connect() for client in clients))
    await asyncio.gather(*(client.until_seen(room, last["seq"]) for client in clients))
    for client in clients:
        assert client.bodies(room) == [str(number) for number in range(100)]
        assert [event["seq"] for event in client.logs[room].events] == list(range(first, last["seq"] + 1))
    assert reads(server) <= READS_TO_COME_BACK * len(clients)
    await asyncio.gather(*(client.close() for client in clients))


def reads(server) -> int:
    """How often the server has read from the database since its start."""
    with server.browser() as browser:
        figures = browser.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    samples = [sample for family in text_string_to_metric_families(figures) for sample in family.samples]
    return int(
        sum(
            sample.value
            for sample in samples
            if sample.name == "posthorn_storage_operations_total" and sample.labels["kind"] == "read"
        )
    )


async def test_bad_frames_are_answered_alike(start_server, either):
    server = start_server(SERVER=either)
    async with server.client("bob") as bob:
        for bad in ("nope", "[]", b"\x00", json.dumps({"type": "send", "client_id": "a", "room": 1})):
            await bob.send_raw(bad)
            assert (await bob.take())["type"] in {"error", "nack"}
        await bob.is_alive()
        await bob.send_raw("x" * 70_000)
        assert await bob.closed() == 1009


async def test_people_who_leave_without_waiting_for_their_answers_are_no_error(start_server, either):
    server = start_server(SERVER=either)
    room = server.new_room()
    async with server.client("bob") as bob:
        for _ in range(20):
            async with server.client("carla") as leaving:
                await asyncio.gather(*(leaving.send({"type": "ping", "n": n}) for n in range(20)))
        await bob.say(room, "Still here?")
