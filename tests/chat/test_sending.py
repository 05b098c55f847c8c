"""What happens to what is sent: once, in order, for ever (promises 1 to 3), against a real server."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from tests.support.server import Server


async def test_a_message_sent_by_one_is_heard_by_all(server, room):
    async with server.client("alice") as alice, server.client("bob") as bob:
        ack = await alice.say(room, "Hello", client_id="hello-1")
        for person in (alice, bob):
            await person.until_seen(room, ack["seq"])
            (event,) = person.logs[room].events
            assert event["message"]["id"] == ack["id"]
            assert event["message"]["client_id"] == "hello-1"
            assert event["at"] == ack["at"]
    assert server.messages(room) == [("hello-1", "Hello")]


async def test_one_client_id_a_hundred_times_at_once_over_three_sockets_is_one_message(server, room):
    bobs = [server.client("bob") for _ in range(3)]
    async with bobs[0], bobs[1], bobs[2], server.client("carla") as carla:

        async def send(times: int, bob) -> None:
            for _ in range(times):
                await bob.post(room, "Once is enough.", client_id="hundred-1")

        await asyncio.gather(*(send(times, bob) for times, bob in zip((34, 33, 33), bobs, strict=True)))

        for bob, times in zip(bobs, (34, 33, 33), strict=True):
            await bob.until(lambda bob=bob, times=times: len(bob.acks.get("hundred-1", [])) == times)
        acks = [ack for bob in bobs for ack in bob.acks["hundred-1"]]
        assert len(acks) == 100
        assert len({(ack["id"], ack["seq"], ack["room"], ack["at"]) for ack in acks}) == 1
        assert [ack["duplicate"] for ack in acks].count(False) == 1

        # What comes next proves that no second broadcast is on its way.
        last = await bobs[0].say(room, "And now something else.")
        for person in (carla, *bobs):
            await person.until_seen(room, last["seq"])
            seen = [event["message"]["client_id"] for event in person.events_seen if event["kind"] == "message"]
            assert seen.count("hundred-1") == 1
    assert [client_id for client_id, _ in server.messages(room)].count("hundred-1") == 1
    assert last["seq"] == acks[0]["seq"] + 1


async def test_a_client_id_used_for_something_else_is_a_conflict(server, room):
    elsewhere = server.new_room()
    async with server.client("bob") as bob:
        first = await bob.say(room, "First", client_id="conflict-1")
        for changed in (
            {"room": room, "body": "Second"},
            {"room": room, "body": "First "},
            {"room": elsewhere, "body": "First"},
            {"room": room, "body": "First", "reply_to": first["id"]},
        ):
            await bob.send({"type": "send", "client_id": "conflict-1", **changed})
            nack = await bob.take("nack")
            assert (nack["client_id"], nack["code"], nack["retry"]) == ("conflict-1", "conflict", False)
        again = await bob.say(room, "First", client_id="conflict-1")
        assert again == {**first, "duplicate": True}
    assert server.messages(room) == [("conflict-1", "First")]
    assert server.messages(elsewhere) == []


async def test_a_conflict_does_not_hold_up_what_follows(server, room):
    async with server.client("bob") as bob:
        await bob.say(room, "First", client_id="free-1")
        await bob.post(room, "Other", client_id="free-1")
        assert (await bob.say(room, "Next"))["duplicate"] is False


async def test_two_people_may_use_the_same_client_id(server, room):
    async with server.client("bob") as bob, server.client("carla") as carla:
        one = await bob.say(room, "Mine", client_id="shared-1")
        other = await carla.say(room, "Mine", client_id="shared-1")
    assert one["id"] != other["id"]
    assert not other["duplicate"]


async def test_a_reply_names_what_it_answers(server, room):
    elsewhere = server.new_room()
    async with server.client("bob") as bob, server.client("carla") as carla:
        question = await bob.say(room, "Tea?")
        answer = await carla.say(room, "Please.", reply_to=question["id"])
        await bob.until_seen(room, answer["seq"])
        assert bob.logs[room].events[-1]["message"]["reply_to"] == question["id"]
        for room_id, message in ((elsewhere, question["id"]), (room, 10**9)):
            await carla.post(room_id, "To nothing.", reply_to=message)
            nack = await carla.take("nack")
            assert (nack["code"], nack["retry"]) == ("not_found", False)


async def test_what_one_connection_sends_keeps_its_order(server, room):
    async with server.client("bob") as bob:
        sent = [await bob.post(room, f"Number {number}") for number in range(60)]
        await bob.until_answered(sent)
        seqs = [bob.acks[client_id][0]["seq"] for client_id in sent]
        assert all(one < next_one for one, next_one in pairwise(seqs))
    assert server.messages(room) == [(client_id, f"Number {number}") for number, client_id in enumerate(sent)]


async def test_two_connections_interleave_and_each_keeps_its_order(server, room):
    async with server.client("bob") as bob, server.client("carla") as carla:

        async def talk(person) -> list[str]:
            sent = []
            for number in range(50):
                sent.append(await person.post(room, f"{number}"))
                await asyncio.sleep(0)  # let the other one say something
            await person.until_answered(sent)
            return sent

        by_bob, by_carla = await asyncio.gather(talk(bob), talk(carla))
        head = server.head(room)
        await bob.until_seen(room, head)
        await carla.until_seen(room, head)
        assert bob.logs[room].events == carla.logs[room].events
    stored = [client_id for client_id, _ in server.messages(room)]
    assert [client_id for client_id in stored if client_id in by_bob] == by_bob
    assert [client_id for client_id in stored if client_id in by_carla] == by_carla
    assert len(stored) == 100


async def test_whoever_sends_more_than_the_window_is_told_so_and_still_keeps_their_order(server, room):
    async with server.client("bob") as bob:
        assert bob.welcome["window"] == 64
        sent = [bob.new_id() for _ in range(400)]
        waiting = list(sent)
        while waiting:
            before = {client_id: len(bob.nacks.get(client_id, [])) for client_id in waiting}
            for client_id in waiting:
                await bob.post(room, "In order, please.", client_id=client_id)
            await bob.until(
                lambda before=before: all(
                    client_id in bob.acks or len(bob.nacks.get(client_id, [])) > times
                    for client_id, times in before.items()
                )
            )
            waiting = [client_id for client_id in waiting if client_id not in bob.acks]
        nacks = [nack for some in bob.nacks.values() for nack in some]
        assert {nack["code"] for nack in nacks} <= {"busy", "order"}
        assert all(nack["retry"] for nack in nacks)
        assert nacks, "nothing was refused: this test does not test anything"
    assert [client_id for client_id, _ in server.messages(room)] == sent


@pytest.mark.parametrize("end", ["stop", "kill"])
async def test_a_repeat_is_known_after_the_server_was_ended(start_server, end):
    server: Server = start_server()
    room = server.new_room()
    bob = server.client("bob")
    await bob.connect()
    first = await bob.say(room, "Before", client_id="restart-1")
    getattr(server, end)()
    await bob.closed()

    server.start()
    await bob.connect()
    again = await bob.say(room, "Before", client_id="restart-1")
    assert again == {**first, "duplicate": True}
    await bob.post(room, "Other", client_id="restart-1")
    assert (await bob.take("nack"))["code"] == "conflict"
    await bob.close()
    assert server.messages(room) == [("restart-1", "Before")]


async def test_nothing_acknowledged_is_lost_when_the_server_is_killed_in_the_middle(start_server):
    server: Server = start_server()
    room = server.new_room()
    bob = server.client("bob")
    carla = server.client("carla")
    await bob.connect()
    await carla.connect()
    sent = [bob.new_id() for _ in range(300)]

    async def talk() -> None:
        posted: list[str] = []
        for client_id in sent:
            await bob.until(lambda: len(posted) - len(bob.acks) < 40)  # stay within the window
            posted.append(await bob.post(room, client_id, client_id=client_id))

    talking = asyncio.ensure_future(talk())
    await bob.until(lambda: len(bob.acks) >= 100)
    server.kill()
    await asyncio.gather(talking, return_exceptions=True)
    await bob.closed()
    await carla.closed()
    acknowledged = {client_id: acks[0] for client_id, acks in bob.acks.items()}
    assert len(acknowledged) < len(sent), "it was not killed in the middle"

    server.start()
    for person in (bob, carla):
        await person.connect()
    unanswered = [client_id for client_id in sent if client_id not in acknowledged]
    for start in range(0, len(unanswered), 40):
        some = unanswered[start : start + 40]
        for client_id in some:
            await bob.post(room, client_id, client_id=client_id)
        await bob.until_answered(some)
    stored = server.messages(room)
    assert [client_id for client_id, _ in stored] == sent
    for client_id, ack in acknowledged.items():
        assert bob.acks[client_id][0] == ack
    for person in (bob, carla):
        await person.until_seen(room, server.head(room))
        assert person.bodies(room) == sent
        await person.close()
