"""Rooms and people over HTTP: making, finding, joining, leaving, renaming, and who may."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.support.api import Api
from tests.support.server import Server

pytestmark = pytest.mark.asyncio

NOT_FOUND = {"code": "not_found", "message": "there is no such room"}


@pytest.fixture
async def api(server) -> AsyncIterator[dict[str, Api]]:
    """Each of the cast, with a session and a CSRF token."""
    async with contextlib.AsyncExitStack() as stack:
        yield {name: await stack.enter_async_context(Api(server, name)) for name in server.world.people}


def ids(server: Server, *names: str) -> list[int]:
    return [server.world.people[name].id for name in names]


async def test_people_are_listed_by_name(server, api):
    people = (await api["bob"].get("/api/people/"))["people"]
    assert people == [
        {"id": person.id, "name": person.name} for person in sorted(server.world.people.values(), key=lambda p: p.name)
    ]


async def test_everybody_is_in_an_open_room_at_once_and_hears_it(server, api):
    async with server.client("carla") as carla:
        room = (await api["bob"].post("/api/rooms/", {"name": "  Tea \t time ", "kind": "open"}, status=201))["id"]
        rooms = (await carla.take("rooms"))["rooms"]
        found = next(each for each in rooms if each["id"] == room)
        assert (found["name"], found["kind"]) == ("Tea time", "open")
        await carla.say(room, "Two sugars, please")
    members = (await api["bob"].get(f"/api/rooms/{room}/members/"))["members"]
    assert [member["id"] for member in members] == ids(server, "alice", "bob", "carla")


async def test_whoever_leaves_an_open_room_stays_out_until_they_join_again(server, api):
    room = (await api["bob"].post("/api/rooms/", {"name": "Noise", "kind": "open"}, status=201))["id"]
    async with server.client("carla") as carla, server.client("bob") as bob:
        assert await api["carla"].post(f"/api/rooms/{room}/leave/") == {"id": room, "members": 2}
        assert room not in [each["id"] for each in (await carla.take("rooms"))["rooms"]]
        await bob.until_seen(room, server.head(room))
        event = bob.logs[room].events[-1]
        assert event["member"] == {**_person(server, "carla"), "joined": False}
        await bob.say(room, "Has she gone?")
        await carla.is_alive()
        assert not [frame for frame in carla.inbox if frame["type"] == "events" and frame["room"] == room]
    async with server.client("carla") as carla:
        assert room not in [each["id"] for each in carla.welcome["rooms"]]
        found = (await api["carla"].get("/api/rooms/"))["rooms"]
        assert {"id": room, "name": "Noise", "members": 2} in found
        await api["carla"].post(f"/api/rooms/{room}/join/")
        rooms = (await carla.take("rooms"))["rooms"]
        assert next(each for each in rooms if each["id"] == room)["unread"] == 0
        assert room not in [each["id"] for each in (await api["carla"].get("/api/rooms/"))["rooms"]]
        await api["carla"].post(f"/api/rooms/{room}/join/")  # once more changes nothing
        assert server.head(room) == 6


async def test_a_closed_room_is_for_those_who_are_brought_in(server, api):
    room = (await api["bob"].post("/api/rooms/", {"name": "Plans", "kind": "closed"}, status=201))["id"]
    assert room not in [each["id"] for each in (await api["carla"].get("/api/rooms/"))["rooms"]]
    await api["carla"].refused("POST", f"/api/rooms/{room}/join/", 404, NOT_FOUND)
    async with server.client("carla") as carla:
        assert room not in [each["id"] for each in carla.welcome["rooms"]]
        (carlas,) = ids(server, "carla")
        assert await api["bob"].post(f"/api/rooms/{room}/members/", {"user": carlas}) == {"id": room}
        assert room in [each["id"] for each in (await carla.take("rooms"))["rooms"]]
        await carla.say(room, "Thank you")
        await carla.send({"type": "sync", "room": room, "after": 1, "limit": 1})
        await carla.until(lambda: any(event.get("member") for event in carla.events_seen))
        (event,) = [event for event in carla.events_seen if event["kind"] == "member"]
        assert event["actor"] == _person(server, "bob")
        assert event["member"] == {**_person(server, "carla"), "joined": True}
        assert await api["bob"].post(f"/api/rooms/{room}/leave/") == {"id": room, "members": 1}
        await carla.until_seen(room, server.head(room))
        assert await api["carla"].post(f"/api/rooms/{room}/leave/") == {"id": room, "members": 0}
    await api["bob"].refused("GET", f"/api/rooms/{room}/members/", 404, NOT_FOUND)


async def test_a_new_name_reaches_everybody(server, api, room):
    async with server.client("carla") as carla:
        await api["bob"].patch(f"/api/rooms/{room}/", {"name": "Kitchen 🍳"})
        rooms = (await carla.take("rooms"))["rooms"]
        assert next(each for each in rooms if each["id"] == room)["name"] == "Kitchen 🍳"
        await carla.until_seen(room, server.head(room))
        event = carla.logs[room].events[-1]
        assert (event["kind"], event["room"], event["actor"]) == (
            "room",
            {"name": "Kitchen 🍳"},
            _person(server, "bob"),
        )
        head = server.head(room)
        await api["bob"].patch(f"/api/rooms/{room}/", {"name": "Kitchen 🍳"})
        assert server.head(room) == head, "the same name again is nothing to tell"


async def test_of_two_people_there_is_one_direct_room_whoever_asks(server, api):
    alice, bob = ids(server, "alice", "bob")
    async with server.client("alice") as hers, server.client("bob") as his, server.client("carla") as carla:
        pairs = [("alice", bob), ("bob", alice)] * 5
        asked = [api[who].post("/api/direct/", {"user": other}) for who, other in pairs]
        (room,) = {answer["id"] for answer in await asyncio.gather(*asked)}
        count = "SELECT count(*) FROM chat_room WHERE kind = 'direct' AND pair = %s"
        assert server.database.value(count, [f"{alice}-{bob}"]) == 1
        for client, other in ((hers, "bob"), (his, "alice")):
            listed = next(each for each in (await client.take("rooms"))["rooms"] if each["id"] == room)
            assert listed["name"] == server.world.people[other].name
            assert listed["with"] == _person(server, other)
            assert (listed["kind"], listed["head"], listed["unread"]) == ("direct", 0, 0)
        ack = await hers.say(room, "Just between us")
        await his.until_seen(room, ack["seq"])
        await carla.is_alive()
        assert not [frame for frame in carla.inbox if frame.get("room") == room or frame["type"] == "rooms"]
    async with server.client("bob") as his:
        listed = next(each for each in his.welcome["rooms"] if each["id"] == room)
        assert (listed["unread"], listed["active_at"], listed["with"]["id"]) == (1, ack["at"], alice)
        others = [each for each in his.welcome["rooms"] if each["kind"] != "direct"]
        assert others
        assert not [each for each in others if "with" in each]


async def test_a_direct_room_stays_as_it_is(server, api):
    alice, bob, carlas = ids(server, "alice", "bob", "carla")
    room = (await api["alice"].post("/api/direct/", {"user": bob}))["id"]
    forbidden = {"code": "forbidden", "message": "a direct room stays as it is"}
    await api["bob"].refused("POST", f"/api/rooms/{room}/leave/", 403, forbidden)
    await api["bob"].refused("PATCH", f"/api/rooms/{room}/", 403, forbidden, {"name": "Us"})
    await api["bob"].refused("POST", f"/api/rooms/{room}/members/", 403, forbidden, {"user": carlas})
    for method, path, body in _about(room, carlas):
        await api["carla"].refused(method, path, 404, NOT_FOUND, body)
    await api["bob"].refused("POST", "/api/direct/", 400, None, {"user": bob})
    await api["bob"].refused("POST", "/api/direct/", 404, None, {"user": 10**12})
    members = (await api["bob"].get(f"/api/rooms/{room}/members/"))["members"]
    assert [member["id"] for member in members] == [alice, bob]


async def test_a_room_one_is_not_in_looks_exactly_like_one_that_is_not_there(server, api):
    (carlas,) = ids(server, "carla")
    for room in (server.world.closed, 10**9, 2**63 - 1, 2**63, 10**30, 0):
        for method, path, body in _about(room, carlas):
            await api["bob"].refused(method, path, 404, NOT_FOUND, body)


async def test_people_who_are_not_there_cannot_be_brought_in(server, api, room):
    answer = await api["bob"].refused("POST", f"/api/rooms/{room}/members/", 404, None, {"user": 10**12})
    assert answer["message"] == "there is no such person"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "bad_frame"),
        (b"{", 400, "bad_frame"),
        (b"[]", 400, "bad_frame"),
        (b"\xff", 400, "bad_frame"),
        (b"[" * 10_000, 400, "bad_frame"),
        (b'{"kind": "open"}', 400, "bad_frame"),
        (b'{"name": "x"}', 400, "bad_frame"),
        (b'{"name": "x", "kind": "direct"}', 400, "bad_frame"),
        (b'{"name": "x", "kind": ["open"]}', 400, "bad_frame"),
        (b'{"name": "", "kind": "open"}', 400, "bad_frame"),
        (b'{"name": " \\t\\u00a0", "kind": "open"}', 400, "bad_frame"),
        (b'{"name": "\\u200d", "kind": "open"}', 400, "bad_frame"),
        (b'{"name": "a\\u0000b", "kind": "open"}', 400, "bad_frame"),
        (b'{"name": "a\\ud800b", "kind": "open"}', 400, "bad_frame"),
        (b'{"name": "a\\u202eb", "kind": "open"}', 400, "bad_frame"),
        (b'{"name": 7, "kind": "open"}', 400, "bad_frame"),
        (b'{"name": null, "kind": "open"}', 400, "bad_frame"),
        (b'{"name": "%s", "kind": "open"}' % (b"x" * 81), 413, "too_large"),
        (b'{"name": "%s", "kind": "open"}' % (b"x" * 70_000), 413, "too_large"),
        (b'{"name": "%s", "kind": "open"}' % (b"x" * 3_000_000), 413, "too_large"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_what_makes_no_sense_is_refused(server, api, body, status, code):
    before = server.rows("SELECT count(*) FROM chat_room")
    answer = await api["bob"].refused("POST", "/api/rooms/", status, None, raw=body)
    assert answer["code"] == code
    assert server.rows("SELECT count(*) FROM chat_room") == before


async def test_names_of_all_the_world_are_taken(server, api):
    for name in ("日本語", "می‌خواهم", "👩‍💻 team", "x" * 80, "<b>&amp;</b>", "'; --", "%s"):
        room = (await api["bob"].post("/api/rooms/", {"name": name, "kind": "closed"}, status=201))["id"]
        assert server.rows("SELECT name FROM chat_room WHERE id = %s", [room]) == [(name,)]


async def test_methods_are_what_they_are(api):
    answer = await api["bob"].raw("DELETE", "/api/rooms/")
    assert (answer.status_code, answer.headers["allow"], answer.json()["code"]) == (405, "GET, POST", "bad_frame")
    assert (await api["bob"].raw("HEAD", "/api/people/")).status_code == 200


async def test_only_pages_of_ours_can_change_anything(server, room):
    async with Api(server, "bob") as bob:
        for headers in ({}, {"X-CSRFToken": "x" * 32}, {"Origin": "https://example.org", "X-CSRFToken": bob.token}):
            async with httpx.AsyncClient(base_url=server.address, cookies=bob.cookies, trust_env=False) as browser:
                answer = await browser.post(f"/api/rooms/{room}/leave/", json={}, headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert await bob.get(f"/api/rooms/{room}/members/")


@pytest.mark.parametrize("path", ["people/", "rooms/", "rooms/1/members/", "search/?text=x"])
async def test_a_visitor_is_told_to_log_in(server, path):
    async with httpx.AsyncClient(base_url=server.address, trust_env=False) as visitor:
        answer = await visitor.get(f"/api/{path}")
        assert (answer.status_code, answer.json()["code"]) == (401, "forbidden")


async def test_answers_are_kept_by_no_cache(api):
    answer = await api["bob"].raw("GET", "/api/people/")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
    assert "Cookie" in answer.headers["vary"]


async def test_who_changes_too_much_is_told_to_wait(start_server):
    async with Api(start_server(SENDS_PER_SECOND="1"), "alice") as alice:
        await alice.refused("POST", "/api/rooms/1000000/join/", 404, NOT_FOUND)
        refused = await alice.raw("POST", "/api/rooms/1000000/join/")
        assert refused.status_code == 429
        assert refused.json()["code"] == "rate_limited"
        assert int(refused.headers["retry-after"]) >= 1
        assert (await alice.raw("GET", "/api/rooms/")).status_code == 200, "reading goes on"


def _about(room: int, user: int) -> list[tuple[str, str, Any]]:
    return [
        ("PATCH", f"/api/rooms/{room}/", {"name": "Mine"}),
        ("POST", f"/api/rooms/{room}/join/", {}),
        ("POST", f"/api/rooms/{room}/leave/", {}),
        ("GET", f"/api/rooms/{room}/members/", None),
        ("POST", f"/api/rooms/{room}/members/", {"user": user}),
    ]


def _person(server: Server, name: str) -> dict[str, Any]:
    person = server.world.people[name]
    return {"id": person.id, "name": person.name}
