"""Who is let in stays let in only as long as they may: logout, password, deactivation, membership, limits."""

from __future__ import annotations

import pytest

from tests.support.environment import manage, succeed


def shell(server, code: str) -> None:
    """Run code in a process of its own, as an administrator would."""
    succeed(manage("shell", "-v", "0", "-c", f"from chat.models import *\n{code}", env=server.environment))


@pytest.fixture
def server(start_server):
    return start_server()


async def test_logging_out_closes_that_session_and_no_other(server):
    with server.browser() as browser:
        page = browser.get("/login/")
        token = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        form = {"username": "bob", "password": "a long enough password", "csrfmiddlewaretoken": token}
        browser.post("/login/", data=form, headers={"Referer": f"{server.address}/login/"})
        from tests.support.client import Client  # noqa: PLC0415

        async with server.client("bob") as elsewhere:
            here = Client(server.address, browser.cookies["sessionid"])
            await here.connect()
            token = browser.get("/").text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
            browser.post("/logout/", data={"csrfmiddlewaretoken": token}, headers={"Referer": server.address})
            assert await here.closed() == 4401
            await here.close()
            await elsewhere.is_alive()


@pytest.mark.parametrize(
    "change",
    [
        "u = User.objects.get(username='bob'); u.set_password('another long password'); u.save()",
        "User.objects.filter(username='bob').update(is_active=False)",
        "from django.contrib.sessions.models import Session; Session.objects.all().delete()",
    ],
    ids=["password", "deactivation", "sessions"],
)
async def test_what_ends_a_session_closes_its_sockets(server, change):
    async with server.client("bob") as bob:
        shell(server, change)
        assert await bob.closed() == 4401


async def test_whoever_is_removed_from_a_room_hears_nothing_from_then_on(server):
    room = server.new_room()
    people = server.world.people
    async with server.client("alice") as alice, server.client("bob") as bob:
        last = await alice.say(room, "with bob")
        await bob.until_seen(room, last["seq"])
        shell(
            server,
            "from storage.store import store\nfrom chat.actions.rooms import end_membership\n"
            f"store.run_transaction(end_membership, {room}, {people['bob'].id})",
        )
        # At once, before the server had a second to look around.
        await alice.say(room, "without bob")
        assert room not in {mine["id"] for mine in (await bob.take("rooms"))["rooms"]}
        assert "without bob" not in str(bob.events_seen)
        await bob.send({"type": "sync", "room": room, "after": 0})
        assert (await bob.take("error"))["code"] == "not_found"
        await bob.post(room, "may I?", "may-i")
        assert (await bob.take("nack", client_id="may-i"))["code"] == "not_found"


async def test_whoever_is_added_to_a_room_hears_it_without_reconnecting(server):
    people, closed = server.world.people, server.world.closed
    async with server.client("alice") as alice, server.client("bob") as bob:
        shell(
            server,
            "from storage.store import store\nfrom chat.actions.rooms import add_membership\n"
            f"store.run_transaction(add_membership, {closed}, {people['bob'].id})",
        )
        frame = await bob.take("rooms")
        assert closed in {room["id"] for room in frame["rooms"]}
        ack = await alice.say(closed, "welcome, bob")
        await bob.until_seen(closed, ack["seq"])
        assert "welcome, bob" in bob.bodies(closed)


async def test_one_person_may_have_so_many_connections(start_server):
    server = start_server(CONNECTIONS_PER_USER="3")
    async with (
        server.client("bob"),
        server.client("bob"),
        server.client("bob") as third,
        server.client("carla") as carla,
    ):
        fourth = server.client("bob", hello=False)
        await fourth.connect()
        assert await fourth.closed() == 4429
        await fourth.close()
        await third.close()
        async with server.client("bob") as again:
            await again.is_alive()
        await carla.is_alive()


async def test_who_sends_too_fast_is_told_when_to_go_on_and_loses_nothing(start_server):
    server = start_server(SENDS_PER_SECOND="1")
    room = server.new_room()
    async with server.client("bob") as bob, server.client("carla") as carla:
        ids = [await bob.post(room, str(number)) for number in range(40)]
        await bob.until(lambda: len(bob.acks) + len(bob.nacks) == 40)
        codes = {nack["code"] for nacks in bob.nacks.values() for nack in nacks}
        assert "rate_limited" in codes <= {"rate_limited", "order"}
        assert 10 <= len(bob.acks) < 40
        first = bob.nacks[ids[len(bob.acks)]][0]
        assert first["code"] == "rate_limited"
        assert first["retry"]
        assert first["after_ms"] >= 1
        assert [body for _, body in server.messages(room)] == [str(number) for number in range(len(bob.acks))]
        assert (await carla.say(room, "I was quiet"))["duplicate"] is False  # others are not slowed down


async def test_who_floods_with_frames_is_closed(start_server):
    server = start_server(FRAMES_PER_SECOND="5")
    async with server.client("bob") as bob:
        for n in range(60):
            await bob.send({"type": "ping", "n": n})
        assert await bob.closed() == 4429
