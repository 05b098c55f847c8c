"""`GET /api/rooms/ID/files/`: what was sent to a room, page by page, for who is in it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from chat.actions import rooms
from chat.actions.messages import perform_change
from chat.models import Room
from chat.protocol import Delete, History, Send
from chat.queries.files import Wanted, page
from chat.queries.messages import page as history
from storage.store import store
from tests.support.api import Api
from tests.support.uploaded import uploaded

in_process = pytest.mark.django_db(transaction=True)
SIZE: dict[str, Any] = {"width": 4, "height": 3, "type": "image/png", "thumb": b"small"}


@pytest.fixture
def sent(own_store, bob, everyone):
    """Send a message with files of these names; those that end in .png are pictures. Returns the message's id."""

    async def sent(*names: str, room: int | None = None) -> int:
        room = room or everyone
        ids = [
            await sync_to_async(uploaded)(bob, room, name, **(SIZE if name.endswith(".png") else {})) for name in names
        ]
        frame = Send(room, f"b-{ids[0].id}", "", files=[file.id for file in ids])
        return (await store.transaction(perform_change, bob, frame)).id

    return sent


@pytest.fixture
def listed(own_store, bob, everyone):
    """The names that a page has, and whether there are more."""

    async def listed(**wanted: Any) -> tuple[list[str], bool]:
        found = json.loads(await page(bob, everyone, Wanted(**wanted)) or "null")
        return [file["name"] for file in found["files"]], found["more"]

    return listed


@in_process
async def test_a_file_is_told_as_in_its_message_and_with_it(sent, bob, people, everyone):
    message = await sent("a.txt", "ü.png")
    found = json.loads(await page(bob, everyone, Wanted()) or "")
    (said,) = json.loads(await history(bob, History(everyone)) or "")["messages"]
    beside = {name: said[name] for name in ("seq", "at", "sender")} | {"message": message}
    assert found == {"files": [file | beside for file in reversed(said["files"])], "more": False}


@in_process
async def test_pages_join_whole_messages_in_both_directions(sent, listed):
    messages = [await sent(*(f"{m}{n}" for n in "abc"[: 1 + m % 3])) for m in range(7)]
    everything = [f"{m}{n}" for m in reversed(range(7)) for n in reversed("abc"[: 1 + m % 3])]
    for limit in range(1, 15):
        seen: list[str] = []
        place, more = None, True
        while more:
            names, more = await listed(before=place, limit=limit)
            assert limit <= len(names) < limit + 3 or not more
            seen += names
            place = messages[int(names[-1][0])]
        assert seen == everything
        seen, place, more = [], 0, True
        while more:
            names, more = await listed(after=place, limit=limit)
            seen = names + seen
            place = messages[int(names[0][0])]
        assert seen == everything
    assert await listed(before=messages[0]) == ([], False)
    assert await listed(after=messages[-1]) == ([], False)


@in_process
async def test_kinds_and_names(sent, listed):
    await sent("Plan 2026.pdf", "plan.png")
    await sent("100%_sure.txt", "Grüße.png", "日本語の表.xlsx")
    assert await listed(kind="pictures") == (["Grüße.png", "plan.png"], False)
    assert await listed(kind="others") == (["日本語の表.xlsx", "100%_sure.txt", "Plan 2026.pdf"], False)
    for text, names in (
        ("plan", ["plan.png", "Plan 2026.pdf"]),
        ("2026 plan", ["Plan 2026.pdf"]),
        ("%_", ["100%_sure.txt"]),
        ("本語", ["日本語の表.xlsx"]),
        ("%%", []),
        ("' OR 1", []),
        ("a\0b", []),
    ):
        assert await listed(text=text) == (names, False)
    assert await listed(kind="pictures", text="PLAN", limit=1) == (["plan.png"], False)


@in_process
async def test_what_is_elsewhere_unsent_or_gone_is_not_listed(sent, listed, own_store, bob, people, everyone):
    den = await own_store.transaction(rooms.create_room, "Den", Room.Kind.CLOSED, bob)
    await sent("elsewhere", room=den)
    await sync_to_async(uploaded)(bob, everyone, "unsent")
    gone = await sent("gone")
    await sent("here")
    await own_store.transaction(perform_change, bob, Delete("d", gone))
    assert await listed() == (["here"], False)
    assert await page(people["alice"].pk, den, Wanted()) is None
    await own_store.transaction(rooms.end_membership, den, bob)
    assert await page(bob, den, Wanted()) is None


async def test_the_address(server, room):
    path = f"/api/rooms/{room}/files/"
    async with Api(server, "bob") as bob:
        assert await bob.get(path) == {"files": [], "more": False}
        assert await bob.get(f"{path}?kind=pictures&text=x&before=7&limit=1000000") == {"files": [], "more": False}
        for query, status, code in (
            ("kind=all", 400, "bad_frame"),
            ("before=0", 400, "bad_frame"),
            ("before=1&after=1", 400, "bad_frame"),
            ("limit=x", 400, "bad_frame"),
            (f"text={'x' * 201}", 413, "too_large"),
        ):
            refused = await bob.raw("GET", f"{path}?{query}")
            assert (refused.status_code, refused.json()["code"]) == (status, code)
        for other in (server.world.closed, 10**15):
            assert (await bob.raw("GET", f"/api/rooms/{other}/files/")).json()["code"] == "not_found"
