"""The list of rooms, and what one can do with a room."""

from __future__ import annotations

import re

from playwright.async_api import Locator, expect

from tests.e2e.desk import Desk


async def listed(desk: Desk, group: str = "room-list") -> list[int]:
    """The ids of a group of the list, from top to bottom."""
    ids = await desk.page.locator(f"#{group} a").evaluate_all("(links) => links.map((link) => link.dataset.roomId)")
    return [int(each) for each in ids]


def link(desk: Desk, room: int) -> Locator:
    return desk.page.locator(f"#rooms a[data-room-id='{room}']")


async def test_a_room_in_which_something_is_said_moves_up_and_the_keyboards_place_is_kept(server, room, sit_down):
    other = server.new_room()
    bob, carla = await sit_down("bob", server), await sit_down("carla", server)
    await bob.open(f"/rooms/{other}/")
    await carla.open(f"/rooms/{room}/")
    await link(bob, room).focus()
    await bob.page.evaluate("document.addEventListener('focusout', () => (window.left = true))")

    await carla.write("This room moves up")
    await expect(link(bob, room).locator(".unread")).to_have_text("1")
    assert (await listed(bob))[0] == room
    await carla.open_room(other)
    await carla.write("Now the other one")
    await expect(bob.page.locator("#room-list li:first-child a")).to_have_attribute("data-room-id", str(other))
    assert (await listed(bob))[:2] == [other, room]
    await expect(link(bob, room)).to_be_focused()
    assert not await bob.page.evaluate("window.left")

    await bob.page.reload()
    await bob.is_connected()
    assert (await listed(bob))[:2] == [other, room]


async def test_the_title_and_the_icon_say_that_something_is_unread(start_server, sit_down):
    server = start_server()
    room, other = server.new_room(), server.new_room()
    bob, carla = await sit_down("bob", server), await sit_down("carla", server)
    await bob.open(f"/rooms/{other}/")
    before = await bob.page.title()
    icon = bob.page.locator("link[rel=icon]")
    plain = await icon.get_attribute("href")
    await carla.open(f"/rooms/{room}/")
    await carla.write("One")
    await carla.write("Two")
    await expect(bob.page).to_have_title(f"(2) {before}")
    await expect(icon).to_have_attribute("href", re.compile(r"icon-unread\.\w+\.svg$"))
    await bob.open_room(room)
    await expect(bob.page).to_have_title(re.compile(r"^Room \d+ · "))
    await expect(icon).to_have_attribute("href", str(plain))


async def test_one_sees_who_writes_until_their_message_is_there(server, room, sit_down):
    alice, bob, carla = [await sit_down(name, server) for name in ("alice", "bob", "carla")]
    for person in (alice, bob, carla):
        await person.open(f"/rooms/{room}/")
    line = alice.page.locator("#typing")
    await bob.composer.press_sequentially("Hello")
    await expect(line).to_have_text("Bob Brandt is writing…")
    await carla.composer.press_sequentially("Hi")
    await expect(line).to_have_text("Bob Brandt and Carla Conti are writing…")
    await bob.composer.press("Enter")
    await alice.shows("Hello")
    await expect(line).to_have_text("Carla Conti is writing…")
    await expect(bob.page.locator("#typing")).to_have_text("Carla Conti is writing…")


async def test_who_stops_writing_is_forgotten_and_fast_writing_is_told_seldom(server, room, sit_down):
    bob, carla = await sit_down("bob", server), await sit_down("carla", server)
    await carla.page.clock.install()
    await bob.open(f"/rooms/{room}/")
    await carla.open(f"/rooms/{room}/")
    told = []
    bob.line.to_server = lambda frame: frame["type"] != "typing" or told.append(frame) is None
    await bob.composer.press_sequentially("many letters, one after the other")
    await expect(carla.page.locator("#typing")).to_have_text("Bob Brandt is writing…")
    assert len(told) < 5
    await carla.page.clock.run_for(10_000)
    await expect(carla.page.locator("#typing")).to_have_text("")
