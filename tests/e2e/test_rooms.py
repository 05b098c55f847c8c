"""The list of rooms, and what one can do with a room."""

from __future__ import annotations

import re
from collections import Counter

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
    told: Counter[str] = Counter()
    bob, carla = await sit_down("bob", server), await sit_down("carla", server)
    await carla.page.clock.install()
    await bob.open(f"/rooms/{room}/")
    await carla.open(f"/rooms/{room}/")
    bob.line.to_server = lambda frame: told.update([frame["type"]]) is None
    await bob.composer.press_sequentially("many letters, one after the other")
    await expect(carla.page.locator("#typing")).to_have_text("Bob Brandt is writing…")
    assert told["typing"] < 5
    await carla.page.clock.run_for(10_000)
    await expect(carla.page.locator("#typing")).to_have_text("")


async def test_a_room_is_made_its_people_are_added_and_it_is_renamed_and_left(start_server, sit_down):
    server = start_server()
    bob, carla = await sit_down("bob", server), await sit_down("carla", server)
    for person in (bob, carla):
        await person.open()
    await bob.page.get_by_role("button", name="New room").click()
    dialog = bob.page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("Gift for Alice")
    await dialog.get_by_label("Closed").check()
    await dialog.get_by_role("button", name="Create the room").click()
    await expect(bob.page.get_by_role("heading", name="Gift for Alice")).to_be_visible()
    await expect(bob.composer).to_be_focused()
    await expect(carla.page.get_by_role("link", name="Gift for Alice")).to_have_count(0)

    await bob.page.get_by_role("button", name="Add people").click()
    await expect(dialog.get_by_role("option")).to_have_text([re.compile("Alice Adler"), re.compile("Carla Conti")])
    await bob.page.keyboard.type("cc")
    await bob.page.keyboard.press("Enter")
    await expect(dialog.get_by_text("Carla Conti is now a member.")).to_be_visible()
    await bob.page.keyboard.press("Escape")
    await carla.page.get_by_role("link", name="Gift for Alice").click()
    await carla.write("A horn?")
    await bob.shows("A horn?")

    await bob.page.get_by_role("button", name="Members").click()
    await expect(dialog.get_by_role("listitem")).to_have_text(
        [re.compile(r"Bob Brandt \(you\).*online"), re.compile("Carla Conti.*online")]
    )
    await dialog.get_by_role("button", name="Rename").click()
    await expect(dialog.get_by_label("Name")).to_have_value("Gift for Alice")
    await bob.page.keyboard.type("Surprise")
    await bob.page.keyboard.press("Enter")
    for person in (bob, carla):
        await expect(person.page.get_by_role("heading", name="Surprise")).to_be_visible()
        await expect(person.page.get_by_role("link", name="Surprise")).to_be_visible()
    await expect(dialog).to_have_count(0)

    await bob.page.get_by_role("button", name="Members").click()
    await dialog.get_by_role("button", name="Leave").click()
    await expect(dialog.get_by_role("button", name="Stay")).to_be_focused()
    await dialog.get_by_role("button", name="Leave").click()
    await expect(bob.page.get_by_role("link", name="Surprise")).to_have_count(0)
    await expect(bob.page.get_by_role("heading", name="Surprise")).to_have_count(0)
    await expect(carla.page.get_by_text("Bob Brandt left the room")).to_be_visible()


async def test_an_open_room_one_has_left_can_be_found_and_joined_again(start_server, sit_down):
    server = start_server()
    room = server.new_room()
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    name = await bob.page.locator("#room-name").inner_text()
    await bob.page.get_by_role("button", name="Join a room").first.click()
    dialog = bob.page.get_by_role("dialog")
    await expect(dialog.get_by_text("There is no open room that you are not in")).to_be_visible()
    await bob.page.keyboard.press("Escape")
    await bob.page.get_by_role("button", name="Members").click()
    await dialog.get_by_role("button", name="Leave").click()
    await dialog.get_by_role("button", name="Leave").click()
    await expect(link(bob, room)).to_have_count(0)

    await bob.page.get_by_role("button", name="Join a room").first.click()
    await expect(dialog.get_by_role("option")).to_have_text(re.compile(f"{name}2 members · Join"))
    await bob.page.keyboard.press("Enter")
    await expect(bob.page.get_by_role("heading", name=name)).to_be_visible()
    await bob.write("Back again")
    await bob.shows("Back again")


async def test_a_dialog_says_what_the_server_says_keeps_what_was_typed_and_returns_the_focus(server, room, sit_down):
    bob = await sit_down("bob", server)
    bob.expected = ["Failed to load resource"]
    await bob.open(f"/rooms/{room}/")
    opener = bob.page.get_by_role("button", name="New room")
    await opener.focus()
    await bob.page.keyboard.press("Enter")
    dialog = bob.page.get_by_role("dialog", name="Create a room")
    name = dialog.get_by_label("Name")
    await expect(name).to_be_focused()
    await bob.page.keyboard.type("   ")
    await bob.page.keyboard.press("Enter")
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await bob.page.route("**/api/rooms/", lambda route: route.abort())
    await name.fill("Offline")
    await bob.page.keyboard.press("Enter")
    await expect(dialog.get_by_role("alert")).to_have_text(re.compile("cannot be reached"))
    await expect(name).to_have_value("Offline")
    await bob.page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(opener).to_be_focused()


async def test_a_dialog_that_was_answered_by_something_else_can_be_used_again(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    portal = "<title>Welcome to the hotel</title>"
    await bob.page.route("**/api/rooms/", lambda route: route.fulfill(content_type="text/html", body=portal))
    await bob.page.get_by_role("button", name="New room").click()
    dialog = bob.page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("From the hotel")
    await bob.page.keyboard.press("Enter")
    await expect(dialog.get_by_role("alert")).to_have_text(re.compile("in place of the server"))
    await bob.page.unroute("**/api/rooms/")
    await bob.page.keyboard.press("Enter")
    await expect(bob.page.get_by_role("heading", name="From the hotel")).to_be_visible()


async def test_ten_clicks_make_one_room(start_server, sit_down):
    server = start_server()
    bob = await sit_down("bob", server)
    await bob.open()
    await bob.page.get_by_role("button", name="New room").click()
    dialog = bob.page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("Only one")
    await dialog.get_by_role("button", name="Create").evaluate("(b) => { for (let n = 0; n < 10; n++) b.click(); }")
    await expect(bob.page.get_by_role("heading", name="Only one")).to_be_visible()
    assert server.rows("SELECT count(*) FROM chat_room WHERE name = 'Only one'") == [(1,)]


async def test_who_is_in_no_room_is_told_what_to_do(start_server, sit_down):
    server = start_server()
    server.database.execute("DELETE FROM chat_membership WHERE user_id = %s", [server.world.people["bob"].id])
    bob = await sit_down("bob", server)
    await bob.open()
    await expect(bob.page.get_by_role("heading", name="You are in no room yet")).to_be_visible()
    await bob.page.locator("#no-rooms").get_by_role("button", name="Join a room").click()
    await bob.page.get_by_role("option", name="Everyone").click()
    await expect(bob.page.get_by_role("heading", name="Everyone")).to_be_visible()


async def test_the_keys_are_explained_on_a_question_mark_but_not_while_writing(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await bob.composer.press("?")
    await expect(bob.composer).to_have_value("?")
    await expect(bob.page.get_by_role("dialog")).to_have_count(0)
    await bob.page.locator("#messages").focus()
    await bob.page.keyboard.press("?")
    await expect(bob.page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    await bob.page.keyboard.press("Escape")
    await expect(bob.page.locator("#messages")).to_be_focused()


async def test_offline_on_a_phone_the_header_still_names_the_room(server, room, sit_down):
    bob = await sit_down("bob", server)
    bob.expected = ["WebSocket connection to", "ERR_INTERNET_DISCONNECTED"]
    await bob.page.set_viewport_size({"width": 360, "height": 640})
    await bob.open(f"/rooms/{room}/")
    bob.line.to_server = lambda frame: frame["type"] not in {"send", "hello"}
    for number in range(3):
        await bob.write(f"Waits {number}")
    await bob.page.context.set_offline(offline=True)
    await bob.line.cut()
    await expect(bob.connection).to_contain_text("3 messages waiting.")
    title = bob.page.locator("#room-name")
    assert await title.evaluate("(title) => title.clientWidth >= title.scrollWidth && title.clientWidth > 0")
    await expect(bob.connection).to_be_in_viewport(ratio=1)
    assert await bob.page.evaluate("document.scrollingElement.scrollWidth") == 360


async def test_open_rooms_keep_their_sign_while_a_closed_one_is_open(server, room, sit_down):
    alice = await sit_down("alice", server)
    await alice.open(f"/rooms/{server.world.closed}/")
    await expect(link(alice, server.world.closed)).to_be_visible()
    signs = "(link) => getComputedStyle(link.querySelector('.room-sign'), '::before').content"
    assert await link(alice, room).evaluate(signs) == '"#"'
    assert await link(alice, server.world.closed).evaluate(signs) == '""'


async def test_the_last_member_of_a_closed_room_is_told_that_nobody_can_come_back(start_server, sit_down):
    server = start_server()
    bob, carla = await sit_down("bob", server), await sit_down("carla", server)
    await bob.open()
    await bob.page.get_by_role("button", name="New room").click()
    dialog = bob.page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("Two of us")
    await dialog.get_by_label("Closed").check()
    await dialog.get_by_role("button", name="Create the room").click()
    await bob.page.get_by_role("button", name="Add people").click()
    await bob.page.keyboard.type("carla")
    await bob.page.keyboard.press("Enter")
    await expect(dialog.get_by_text("Carla Conti is now a member.")).to_be_visible()
    await bob.page.keyboard.press("Escape")

    await carla.open()
    await carla.page.get_by_role("link", name="Two of us").click()
    for person, told in ((carla, "only a member can add you again"), (bob, "You are its last member.")):
        await person.page.get_by_role("button", name="Members").click()
        leaving = person.page.get_by_role("dialog")
        await leaving.get_by_role("button", name="Leave").click()
        await expect(leaving).to_contain_text(told)
        await leaving.get_by_role("button", name="Leave").click()
        await expect(person.page.get_by_role("link", name="Two of us")).to_have_count(0)
