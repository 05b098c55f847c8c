"""Two people alone, and who is there."""

from __future__ import annotations

import re

from playwright.async_api import expect


async def test_writing_to_somebody_makes_one_room_for_the_two_whoever_begins(start_server, sit_down):
    server = start_server()
    bob, carla = await sit_down("bob", server), await sit_down("carla", server)
    for person in (bob, carla):
        await person.open()
    await expect(bob.page.get_by_text("Choose Write to talk to one person alone.")).to_be_visible()
    await bob.page.get_by_role("button", name="Write to somebody").first.click()
    dialog = bob.page.get_by_role("dialog")
    await expect(dialog.get_by_role("option")).to_have_text([re.compile("Alice Adler"), re.compile("Carla Conti")])
    await bob.page.keyboard.press("ArrowDown")
    await bob.page.keyboard.press("Enter")
    await expect(bob.page.get_by_role("heading", name="Carla Conti", level=1)).to_be_visible()
    await expect(bob.page.get_by_text("Only the two of you")).to_be_visible()
    await bob.write("Just for you")

    row = carla.page.locator("#direct-list a")
    await expect(row.locator(".room-label")).to_have_text("Bob Brandt")
    await expect(row.locator(".unread")).to_have_text("1")
    # From the other side: the same room.
    await carla.page.get_by_role("button", name="Write to somebody").first.click()
    await carla.page.get_by_role("option", name="Bob Brandt").click()
    await carla.shows("Just for you")
    await carla.write("And back")
    await bob.shows("Just for you", "And back")
    assert server.rows("SELECT count(*) FROM chat_room WHERE kind = 'direct'") == [(1,)]

    await bob.page.get_by_role("button", name="Members").click()
    await expect(dialog.get_by_role("listitem")).to_have_count(2)
    for name in ("Leave", "Rename", "Add people"):
        await expect(dialog.get_by_role("button", name=name)).to_have_count(0)


async def test_one_sees_who_is_there_in_words_too_and_two_windows_are_one_person(start_server, sit_down):
    server = start_server()
    bob, carla = await sit_down("bob", server), await sit_down("carla", server)
    await bob.open()
    await bob.page.get_by_role("button", name="Write to somebody").first.click()
    await bob.page.get_by_role("option", name="Carla Conti").click()
    mark = bob.page.locator("#direct-list .presence")
    await expect(mark).to_have_text("offline")
    await carla.open()
    second = await carla.page.context.new_page()
    await second.goto("/")
    await expect(mark).to_have_text("online")
    await expect(bob.page.locator("#direct-list a")).to_have_accessible_name(re.compile("online Carla Conti"))

    await bob.page.get_by_role("button", name="Members").click()
    there = bob.page.get_by_role("dialog").get_by_role("listitem").filter(has_text="Carla").locator(".presence")
    await expect(there).to_have_text("online")
    await carla.page.close()
    await second.bring_to_front()
    await expect(second.locator("#connection")).to_have_attribute("data-state", "connected")
    await second.close()
    await expect(there).to_have_text("offline")
    await expect(mark).to_have_text("offline")
