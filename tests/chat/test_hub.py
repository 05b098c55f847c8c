"""Who hears what, in one process: the deadline for hello, catching up, losing hints, leaving, being too slow."""

from __future__ import annotations

import asyncio
import json

import pytest
from asgiref.sync import sync_to_async

from chat import protocol
from chat.actions import rooms
from chat.live import consumer, hub, process
from chat.live.consumer import ChatConsumer
from chat.live.hints import Hints
from chat.live.hub import Hub
from chat.live.listener import Listener
from chat.live.neighbours import Neighbours
from chat.live.socket import Socket
from chat.models import Room
from chat.queries import events
from chat.queries import rooms as queries
from chat.queries.credentials import LogIn
from chat.queries.installation import identity
from chat.queries.welcome import welcome
from storage.exceptions import QueryTimeout
from storage.store import store
from tests.chat.conftest import log_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def never_looking(monkeypatch) -> None:
    """Nothing is repaired by the look at the heads: what arrives, arrives by itself."""
    monkeypatch.setattr(hub, "LOOK_SECONDS", 3_600)


@pytest.fixture
def looking_often(monkeypatch) -> None:
    monkeypatch.setattr(hub, "LOOK_SECONDS", 0.02)


def a_listener(person, session, receive) -> Listener:
    return Listener(LogIn(person.pk, session, person.password), person.name, Socket(receive))


async def test_whoever_says_no_hello_is_closed(visit, monkeypatch):
    monkeypatch.setattr(consumer, "HELLO_SECONDS", 0.05)
    bob = await visit("bob")
    assert await bob.receive_output(timeout=10) == {"type": "websocket.close", "code": 4408}


async def test_talk_is_no_hello(visit, monkeypatch):
    monkeypatch.setattr(consumer, "HELLO_SECONDS", 0.05)
    bob = await visit("bob")
    await bob.send_json_to({"type": "ping", "n": 1})
    assert (await bob.take("error"))["code"] == "bad_frame"
    assert (await bob.receive_output(timeout=10))["code"] == 4408


async def test_whoever_said_hello_stays(visit, monkeypatch):
    hello = ChatConsumer._hello

    async def hello_in_the_last_moment(self, frame):
        await hello(self, frame)
        self._no_hello()  # the time for it is up

    monkeypatch.setattr(ChatConsumer, "_hello", hello_in_the_last_moment)
    bob = await visit("bob")
    await bob.hello()
    await bob.send_json_to({"type": "ping", "n": 1})
    assert (await bob.take("pong"))["n"] == 1


async def test_who_is_taken_out_of_a_room_while_coming_in_does_not_hear_it(
    visit, people, everyone, monkeypatch, never_looking
):
    async def taken_out_meanwhile(credential):
        found = await welcome(credential)
        await store.transaction(rooms.end_membership, everyone, people["bob"].pk)
        await process.hub.changed(everyone, [people["bob"].pk])
        await alice.take("events")  # so it is known here before bob is
        return found

    alice = await visit("alice")
    await alice.hello()
    monkeypatch.setattr(consumer, "welcome", taken_out_meanwhile)
    bob = await visit("bob")
    assert [room["id"] for room in (await bob.hello())["rooms"]] == [everyone]
    assert (await bob.take("rooms"))["rooms"] == []
    await alice.post(everyone, "a1", "Not for bob")
    await alice.take("ack")
    await bob.send_json_to({"type": "ping", "n": 1})
    heard = [await bob.receive_json_from(timeout=10)]
    while heard[-1]["type"] != "pong":
        heard.append(await bob.receive_json_from(timeout=10))
    assert not [frame for frame in heard if frame["type"] == "events"]


async def test_a_visitor_is_told_to_log_in(visit, people):
    people["nobody"] = type("AnonymousUser", (), {"is_authenticated": False})
    nobody = await visit("nobody")
    assert await nobody.receive_output(timeout=10) == {"type": "websocket.close", "code": 4401}


@pytest.mark.parametrize("frame", [{"type": "hello", "v": 1, "rooms": {}}, {"type": "sync", "room": 0, "after": 1}])
async def test_what_is_told_together_is_read_in_one_snapshot(visit, everyone, never_looking, monkeypatch, frame):
    bob = await visit("bob")
    if frame["type"] == "sync":
        await bob.hello()
    reads, read = [], store._read

    async def counted(*args):
        reads.append(args)
        return await read(*args)

    monkeypatch.setattr(store, "_read", counted)
    await bob.send_json_to({**frame, **({"room": everyone} if "room" in frame else {})})
    await bob.take("welcome" if frame["type"] == "hello" else "events")
    assert len(reads) == 1


async def test_the_first_to_come_back_to_a_room_is_caught_up_at_once(visit, everyone, never_looking):
    head = await events.heads([everyone])
    bob = await visit("bob")
    await bob.hello({everyone: 1})
    frame = await bob.take("events")
    assert (frame["from"], frame["to"], frame["more"]) == (2, head[everyone], False)


async def test_catching_up_comes_in_pages_and_then_live(visit, everyone, never_looking, monkeypatch):
    monkeypatch.setattr(protocol, "MAX_PAGE", 4)
    alice = await visit("alice")
    await alice.hello()
    for number in range(10):
        await alice.post(everyone, f"a-{number}")
        await alice.take("ack")
    bob = await visit("bob")
    head = next(room["head"] for room in (await bob.hello({everyone: 0}))["rooms"])
    await alice.post(everyone, "a-last")
    last = 0
    while last < head + 1:
        frame = await bob.take("events")
        assert frame["from"] == last + 1
        assert [event["seq"] for event in frame["events"]] == list(range(frame["from"], frame["to"] + 1))
        assert not frame["more"]  # it comes by itself: who asked for it would get it twice
        last = frame["to"]


async def test_what_another_process_writes_is_heard(visit, everyone, looking_often, people, own_store):
    bob = await visit("bob")
    await bob.hello()
    await own_store.transaction(rooms.end_membership, everyone, people["carla"].pk)  # the hub is told nothing
    (event,) = (await bob.take("events"))["events"]
    assert event["member"] == {"id": people["carla"].pk, "name": "Carla Conti", "joined": False}


async def test_what_another_process_wrote_in_between_comes_first(visit, everyone, never_looking, people, own_store):
    bob = await visit("bob")
    head = (await bob.hello())["rooms"][0]["head"]
    await own_store.transaction(rooms.end_membership, everyone, people["carla"].pk)  # the hub is told nothing
    await bob.post(everyone, "b-1")
    heard: list[int] = []
    while len(heard) < 2:
        heard += [event["seq"] for event in (await bob.take("events"))["events"]]
    assert heard == [head + 1, head + 2]


async def test_somebody_who_comes_as_the_last_one_leaves_still_hears_other_processes(
    visit, people, everyone, looking_often, own_store
):
    frames: asyncio.Queue[dict] = asyncio.Queue()

    async def receive(event: dict) -> None:
        await frames.put(event)

    hints = Hints(identity)
    hub = Hub(hints, Neighbours(hints))
    sessions = {name: await sync_to_async(log_in)(person) for name, person in people.items()}
    last_one, next_one = (a_listener(people[name], sessions[name], receive) for name in ("bob", "alice"))
    hub.add(last_one)
    hub.presence.enter(last_one.user, last_one.name, last_one.rooms)
    await asyncio.sleep(0)
    hub.remove(last_one)
    hub.add(next_one)
    hub.presence.enter(next_one.user, next_one.name, next_one.rooms)
    head = (await events.heads([everyone]))[everyone]
    hub.join(next_one, everyone, head, head)
    await own_store.transaction(rooms.end_membership, everyone, people["carla"].pk)
    async with asyncio.timeout(10):
        frame = json.loads((await frames.get())["text"])
    assert frame["type"] == "events"
    hub.remove(next_one)
    for listener in (last_one, next_one):
        await listener.socket.end()


async def test_a_removed_member_is_told_and_hears_no_more(visit, people, everyone, looking_often, own_store):
    alice, bob = await visit("alice"), await visit("bob")
    await alice.hello()
    await bob.hello()
    await own_store.transaction(rooms.end_membership, everyone, people["bob"].pk)
    assert (await bob.take("rooms"))["rooms"] == []
    await alice.post(everyone, "a-1", "Is he gone?")
    await alice.take("ack")
    await bob.post(everyone, "b-1", "I am still here!")
    assert (await bob.receive_json_from(timeout=10))["code"] == "not_found"
    await bob.send_json_to({"type": "sync", "room": everyone, "after": 0})
    assert (await bob.receive_json_from(timeout=10))["code"] == "not_found"


async def test_a_new_member_is_told_and_hears_from_now_on(visit, people, looking_often, own_store):
    bob, alice = await visit("bob"), await visit("alice")
    await bob.hello()
    await alice.hello()
    den = await own_store.transaction(rooms.create_room, "Den", Room.Kind.CLOSED, people["alice"].pk)
    await alice.take("rooms")
    await own_store.transaction(rooms.add_membership, den, people["bob"].pk)
    assert den in [room["id"] for room in (await bob.take("rooms"))["rooms"]]
    await alice.post(den, "a-1", "Welcome to the den")
    while (frame := await bob.take("events"))["room"] != den:
        pass
    assert frame["events"][-1]["message"]["body"] == "Welcome to the den"


async def test_what_the_hub_is_told_of_shows_at_once(visit, people, everyone, never_looking, own_store):
    alice, bob = people["alice"].pk, people["bob"].pk
    his, hers = await visit("bob"), await visit("alice")
    await his.hello()
    await hers.hello()
    den = await own_store.transaction(rooms.create_room, "Den", Room.Kind.CLOSED, alice)
    await process.hub.changed(den, [alice])
    await own_store.transaction(rooms.add_member, den, bob, alice)
    await process.hub.changed(den, [bob])
    assert den in [room["id"] for room in (await his.take("rooms"))["rooms"]]
    presence = await his.take("presence")
    assert (presence["room"], presence["user"]["id"], presence["state"]) == (den, alice, "online")
    await own_store.transaction(rooms.rename_room, den, "Lair", bob)
    await process.hub.changed(den)
    (event,) = (await his.take("events"))["events"]
    assert event["room"] == {"name": "Lair"}
    assert "Lair" in [room["name"] for room in (await his.take("rooms"))["rooms"]]
    await own_store.transaction(rooms.leave_room, den, bob)
    await process.hub.changed(den, [bob])
    assert den not in [room["id"] for room in (await his.take("rooms"))["rooms"]]
    await own_store.transaction(rooms.create_room, "Hall", Room.Kind.OPEN, alice)
    await process.hub.changed(den, None)
    assert "Hall" in [room["name"] for room in (await his.take("rooms"))["rooms"]]


async def test_an_answer_from_before_does_not_undo_what_came_after(visit, people, everyone, never_looking, monkeypatch):
    memberships, gate = queries.memberships, asyncio.Event()

    async def slow(users):
        found = await memberships(users)
        await gate.wait()
        return found

    bob = await visit("bob")
    await bob.hello()
    monkeypatch.setattr(queries, "memberships", slow)
    (listener,) = process.hub._listeners
    looking = asyncio.ensure_future(process.hub.changed(everyone, [listener.user]))
    await asyncio.sleep(0.05)
    process.hub.join(listener, 1_000, 5, 5)  # the answer that is on its way knows nothing of it
    gate.set()
    await looking
    assert 1_000 in listener.rooms
    assert await bob.receive_nothing(timeout=0.05)


async def test_reading_is_written_only_when_it_moves(people, everyone, own_store):
    head = (await events.heads([everyone]))[everyone]
    bob = people["bob"].pk
    assert await queries.mark_read(bob, everyone, 10**12)
    for seq in (0, head, head + 1, 10**12):
        assert not await queries.mark_read(bob, everyone, seq)
    assert await own_store.fetch_value("SELECT read_seq FROM chat_membership WHERE user_id = %s", [bob]) == head


async def test_a_read_that_fails_is_repeated_and_nothing_is_missed(
    visit, everyone, looking_often, people, own_store, monkeypatch
):
    bob = await visit("bob")
    await bob.hello()
    read, failures = events.read, iter([QueryTimeout(1), QueryTimeout(1)])

    async def unlucky(*args):
        for failure in failures:
            raise failure
        return await read(*args)

    monkeypatch.setattr(events, "read", unlucky)
    await own_store.transaction(rooms.end_membership, everyone, people["carla"].pk)
    (event,) = (await bob.take("events"))["events"]
    assert event["kind"] == "member"


async def test_hearsay_of_events_that_are_not_there_hides_none_that_come(visit, everyone, never_looking):
    bob = await visit("bob")
    head = (await bob.hello())["rooms"][0]["head"]
    process.hub._hints._heard({"kind": "heads", "heads": [[everyone, head + 100]]})
    await asyncio.gather(*process.hub._feeds._tasks)
    await bob.post(everyone, "b-1")
    frame = await bob.take("events")
    assert (frame["from"], frame["to"]) == (head + 1, head + 1)


async def test_a_list_of_rooms_that_is_late_does_not_bring_back_a_room_that_was_left(
    visit, people, everyone, never_looking, monkeypatch, own_store
):
    bob = await visit("bob")
    await bob.hello()
    (listener,) = process.hub._listeners
    read, late, go_on = queries.rooms_of, asyncio.Event(), asyncio.Event()

    async def late_once(user):
        found = await read(user)
        if not late.is_set():
            late.set()
            await go_on.wait()
        return found

    monkeypatch.setattr(queries, "rooms_of", late_once)
    process.hub._memberships.renamed([listener])
    await late.wait()
    await own_store.transaction(rooms.end_membership, everyone, listener.user)
    looking = asyncio.ensure_future(process.hub._look_at_all(whatever_changed=False))
    await asyncio.wait([looking], timeout=0.3)
    go_on.set()
    await looking
    assert process.hub._memberships._renewal is not None
    await process.hub._memberships._renewal
    assert everyone not in listener.rooms
    while any(room["id"] == everyone for room in (await bob.take("rooms"))["rooms"]):
        pass
