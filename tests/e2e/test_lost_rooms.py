"""A room that is on the page and none of one's own any more, or never was."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.e2e.desk import Desk
from tests.support.server import Server

REMOVED = "DELETE FROM chat_membership WHERE room_id = %(room)s"
DELETED = "DELETE FROM chat_event WHERE room_id = %(room)s", "DELETE FROM chat_room WHERE id = %(room)s"


def run(server: Server, room: int, *statements: str) -> None:
    with server.database.transaction() as execute:
        for statement in statements:
            execute(statement, {"room": room, "bob": server.world.people["bob"].id})


def said_by_bob(server: Server) -> list[str]:
    bob = server.world.people["bob"].id
    return [body for (body,) in server.rows("SELECT body FROM chat_message WHERE sender_id = %s", [bob])]


async def is_lost(bob: Desk) -> None:
    await expect(bob.page.locator("#lost-room")).to_be_visible()


@pytest.mark.parametrize("how", [(REMOVED,), (REMOVED, *DELETED)], ids=["removed", "deleted"])
async def test_words_typed_while_the_room_is_lost_stay_and_are_posted_nowhere(how, server, sit_down):
    room, other = server.new_room(), server.new_room()
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    name = await bob.page.locator("#room-name").inner_text()
    before = said_by_bob(server)
    await bob.composer.press_sequentially("This is for")
    run(server, room, *how)
    await expect(bob.page.locator(f"#rooms a[data-room-id='{room}']")).to_have_count(0)
    await bob.page.keyboard.type(" them alone")
    await bob.page.keyboard.press("Enter")

    await is_lost(bob)
    await expect(bob.page.locator("#room-name")).to_have_text(name)
    await expect(bob.composer).to_have_value("This is for")
    await expect(bob.composer).not_to_be_editable()
    await expect(bob.composer).to_be_focused()
    # What is sent now comes after whatever Enter might have sent.
    await bob.open_room(other)
    await bob.write("For others")
    await bob.shows("For others")
    assert said_by_bob(server) == [*before, "For others"]


async def test_an_edit_begun_stays_to_be_copied_when_the_room_is_lost(server, sit_down):
    room = server.new_room()
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await bob.write("First words")
    await bob.shows("First words")
    await bob.composer.press("ArrowUp")
    await bob.composer.press_sequentially(", and more")
    run(server, room, REMOVED)
    await is_lost(bob)
    for key in ("Enter", "Escape", "x"):
        await bob.page.keyboard.press(key)
    await expect(bob.composer).to_have_value("First words, and more")


async def test_who_is_added_again_goes_on_where_the_text_was_cut_off(server, sit_down):
    room = server.new_room()
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await bob.composer.press_sequentially("Cut")
    run(server, room, REMOVED)
    await is_lost(bob)
    run(
        server,
        room,
        "INSERT INTO chat_membership (room_id, user_id, joined_at, read_seq)"
        " VALUES (%(room)s, %(bob)s, '2026-01-01 00:00:00', 0)",
    )
    await expect(bob.composer).to_be_editable()
    await expect(bob.page.locator("#lost-room")).to_be_hidden()
    await bob.page.keyboard.type(" off")
    await bob.page.keyboard.press("Enter")
    await bob.shows("Cut off")


async def test_what_was_begun_in_a_lost_room_is_there_after_a_reload(server, sit_down):
    room = server.new_room()
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await bob.composer.fill("To be copied")
    run(server, room, REMOVED)
    await is_lost(bob)
    await bob.page.reload()
    await bob.is_connected()
    await is_lost(bob)
    await expect(bob.composer).to_have_value("To be copied")
    await expect(bob.composer).not_to_be_editable()


async def test_an_unknown_room_says_so_and_offers_nothing_to_write_in(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open("/rooms/987654/")
    await expect(bob.page.get_by_role("heading", name="No such room")).to_be_visible()
    await expect(bob.page.locator("#lost-room")).to_contain_text("There is no such room, or you are not in it.")
    await expect(bob.composer).to_be_hidden()
    await expect(bob.page).to_have_url(re.compile("/rooms/987654/$"))
    await bob.open_room(room)
    await expect(bob.page.locator("#lost-room")).to_be_hidden()
    await expect(bob.composer).to_be_focused()
    await bob.page.go_back()
    await expect(bob.page.get_by_role("heading", name="No such room")).to_be_visible()


async def test_the_last_room_of_all_stays_with_its_text_too(start_server, sit_down):
    server = start_server()
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{server.world.everyone}/")
    await bob.composer.fill("Nowhere else")
    run(server, 0, "DELETE FROM chat_membership WHERE user_id = %(bob)s")
    await is_lost(bob)
    await expect(bob.composer).to_be_visible()
    await expect(bob.composer).to_have_value("Nowhere else")
