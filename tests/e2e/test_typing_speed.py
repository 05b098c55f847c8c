"""Dialogs are loaded when they are wanted, and may ask the server: whoever types faster than the line loses no key."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

import pytest
from playwright.async_api import Locator, Route, expect

from tests.e2e.desk import Desk
from tests.support.server import Server

pytestmark = pytest.mark.any_engine("keys and focus are the browser's")

MODULES = "**/static/frontend/js/**"
ANSWERS = "**/api/**"


class SlowLine:
    """Nothing of what the page asks for comes before `release`."""

    def __init__(self) -> None:
        self._released = asyncio.Event()

    async def hold(self, desk: Desk, *patterns: str) -> None:
        for pattern in patterns:
            await desk.page.route(pattern, self._wait)

    async def _wait(self, route: Route) -> None:
        await self._released.wait()
        await route.continue_()

    def release(self) -> None:
        self._released.set()


def heading(name: str) -> Callable[[Desk], Locator]:
    return lambda desk: desk.page.locator("#room-name").filter(has_text=re.compile(f"^{name}$"))


def in_dialog(text: str) -> Callable[[Desk], Locator]:
    return lambda desk: desk.page.get_by_role("dialog").get_by_text(text)


def result(text: str) -> Callable[[Desk], Locator]:
    return lambda desk: desk.page.locator(".results").get_by_text(text)


def closed_room_of_bob(server: Server, name: str = "A closed one") -> int:
    people = server.world.people
    with server.database.transaction() as execute:
        made = "INSERT INTO chat_room (name, kind, head, created_at) VALUES (%s, 'closed', 0, '2026-01-01')"
        ((room,),) = execute(f"{made} RETURNING id", [name])
        joined = "INSERT INTO chat_membership (room_id, user_id, joined_at, read_seq) VALUES (%s, %s, '2026-01-01', 0)"
        for each in ("bob", "carla"):
            execute(joined, [room, people[each].id])
    return int(room)


def room_that_bob_has_left(server: Server) -> None:
    room, bob = server.new_room(), server.world.people["bob"].id
    with server.database.transaction() as execute:
        execute("UPDATE chat_room SET name = 'Left one' WHERE id = %s", [room])
        execute("DELETE FROM chat_membership WHERE user_id = %s AND room_id = %s", [bob, room])


@pytest.mark.parametrize(
    ("opener", "typed", "shown"),
    [
        ("Control+k", "evryo", heading("Everyone")),
        ("Control+k", "carla", heading("Carla Conti")),
        ("New room", "Typed at once", heading("Typed at once")),
        ("Write to somebody", "alice", heading("Alice Adler")),
        ("Join a room", "left", heading("Left one")),
        ("Add people", "alice", in_dialog("Alice Adler is now a member.")),
        ("Control+Shift+f", "nothing at all", in_dialog("Nothing found. Try fewer or other words.")),
    ],
    ids=["go to a room", "go to a person", "create", "write to", "join", "add", "search"],
)
async def test_keys_typed_before_a_dialog_is_there_reach_it_and_enter_acts_on_them(
    server, sit_down, opener, typed, shown
):
    room = closed_room_of_bob(server)
    if opener == "Join a room":
        room_that_bob_has_left(server)
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await expect(bob.composer).to_be_focused()
    line = SlowLine()
    await line.hold(bob, MODULES, ANSWERS)
    if opener.startswith("Control"):
        await bob.page.keyboard.press(opener)
    else:
        await bob.page.get_by_role("button", name=opener).first.click()
    await bob.page.keyboard.type(typed)
    await bob.page.keyboard.press("Enter")
    line.release()
    await expect(shown(bob)).to_be_visible()
    await bob.page.keyboard.press("Escape")
    await expect(bob.composer).to_have_value("")


async def test_a_new_name_typed_before_its_dialog_is_there_is_the_rooms_name(server, sit_down):
    room = closed_room_of_bob(server)
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await bob.page.get_by_role("button", name="Members").click()
    line = SlowLine()
    await line.hold(bob, MODULES)
    await bob.page.get_by_role("button", name="Rename").click()
    await bob.page.keyboard.type("Renamed at once")
    await bob.page.keyboard.press("Enter")
    line.release()
    await expect(heading("Renamed at once")(bob)).to_be_visible()


@pytest.mark.parametrize("opener", ["Control+k", "Write to somebody"])
async def test_enter_waits_for_people_who_are_still_on_their_way(server, sit_down, opener):
    """A room that fits a little is not taken for the person who fits well."""
    room = closed_room_of_bob(server)
    closed_room_of_bob(server, "A lively market: ice")
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    line = SlowLine()
    await line.hold(bob, ANSWERS)
    if opener.startswith("Control"):
        await bob.page.keyboard.press(opener)
    else:
        await bob.page.get_by_role("button", name=opener).click()
    await expect(bob.page.get_by_role("combobox")).to_be_focused()
    await bob.page.keyboard.type("alice")
    await bob.page.keyboard.press("Enter")
    line.release()
    await expect(heading("Alice Adler")(bob)).to_be_visible()


async def test_what_is_typed_for_a_person_one_has_just_chosen_does_not_land_in_the_room_before(server, sit_down):
    carla = await sit_down("carla", server)
    await carla.open(f"/rooms/{server.world.everyone}/")
    await expect(carla.composer).to_be_focused()
    carla.line.to_page = lambda frame: frame["type"] != "rooms"
    await carla.page.get_by_role("button", name="Write to somebody").click()
    await carla.page.keyboard.type("alice")
    await carla.page.keyboard.press("Enter")
    await carla.line.holds()
    await carla.page.keyboard.type("Between us")
    await carla.page.keyboard.press("Enter")
    carla.line.release()
    await expect(heading("Alice Adler")(carla)).to_be_visible()
    assert server.rows("SELECT body FROM chat_message WHERE body LIKE '%etween us%'") == []
