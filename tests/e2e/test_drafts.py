"""What was begun and not sent."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.any_engine("drafts stay in the browser")

DRAFTS = "Object.keys(localStorage).filter((key) => key.startsWith('posthorn:draft:'))"
NO_STORAGE = """
  Object.defineProperty(window, "localStorage", { get() { throw new DOMException("blocked", "SecurityError"); } });
"""


async def test_a_draft_outlives_other_rooms_and_reloads_until_it_is_sent(server, room, sit_down):
    other = server.new_room()
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    mark = bob.page.locator(f"#rooms a[data-room-id='{room}'] .draft-mark")
    await bob.composer.fill("Not quite fin")
    await bob.open_room(other)
    await expect(mark).to_be_visible()
    await expect(bob.composer).to_have_value("")
    await bob.open_room(room)
    await expect(bob.composer).to_have_value("Not quite fin")

    await bob.page.reload()
    await bob.is_connected()
    await expect(bob.composer).to_have_value("Not quite fin")
    await bob.write("Finished")
    await bob.shows("Finished")
    await bob.open_room(other)
    await expect(mark).to_be_hidden()
    await bob.page.reload()
    await bob.open_room(room)
    await expect(bob.composer).to_have_value("")
    assert await bob.page.evaluate(DRAFTS) == []


async def test_a_draft_outlives_a_crash(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await bob.composer.press_sequentially("Gone in a fla")
    devtools = await bob.page.context.new_cdp_session(bob.page)
    async with bob.page.expect_event("crash"):
        asyncio.ensure_future(devtools.send("Page.crash")).add_done_callback(lambda done: done.exception())
    again = await bob.page.context.new_page()
    await again.goto(f"{server.address}/rooms/{room}/")
    await expect(again.locator("#composer textarea")).to_have_value("Gone in a fla")


async def test_what_another_tab_has_sent_is_no_draft_here(server, room, sit_down):
    other = server.new_room()
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await bob.composer.fill("Begun here, sent there")
    await bob.open_room(other)
    tab = await bob.page.context.new_page()
    await tab.goto(f"/rooms/{room}/")
    await expect(tab.locator("#composer textarea")).to_have_value("Begun here, sent there")
    await tab.locator("#composer textarea").press("Enter")
    await expect(bob.page.locator(f"#rooms a[data-room-id='{room}'] .draft-mark")).to_be_hidden()
    await bob.open_room(room)
    await expect(bob.composer).to_have_value("")
    await bob.shows("Begun here, sent there")


async def test_nobody_sees_the_drafts_of_another_and_logging_out_throws_them_away(server, room, sit_down):
    desk = await sit_down(None, server)

    async def log_in(name: str) -> None:
        await desk.page.goto(f"/login/?next=/rooms/{room}/")
        await desk.page.fill("input[name=username]", name)
        await desk.page.fill("input[name=password]", "a long enough password")
        await desk.page.get_by_role("button", name="Log in").click()
        await desk.is_connected()

    await log_in("bob")
    await desk.composer.fill("What bob begins")
    assert len(await desk.page.evaluate(DRAFTS)) == 1
    # Bob's session ends without his doing; somebody else logs in with this browser.
    await desk.page.context.clear_cookies()
    await log_in("carla")
    await expect(desk.composer).to_have_value("")
    await expect(desk.page.locator(".draft-mark:visible")).to_have_count(0)

    await desk.page.context.clear_cookies()
    await log_in("bob")
    await expect(desk.composer).to_have_value("What bob begins")
    await desk.page.get_by_role("button", name="Log out").click()
    await desk.page.get_by_role("dialog").get_by_role("button", name="Log out").click()
    await expect(desk.page.get_by_role("heading", name="Welcome back")).to_be_visible()
    assert await desk.page.evaluate(DRAFTS) == []


async def test_where_storage_is_blocked_drafts_last_as_long_as_the_page(server, room, sit_down):
    other = server.new_room()
    bob = await sit_down("bob", server)
    await bob.page.add_init_script(NO_STORAGE)
    await bob.open(f"/rooms/{room}/")
    await bob.composer.fill("Kept in the page")
    await bob.open_room(other)
    await expect(bob.composer).to_have_value("")
    await bob.open_room(room)
    await expect(bob.composer).to_have_value("Kept in the page")


async def test_an_edit_in_progress_outlives_other_rooms_and_reloads_and_then_the_draft_beneath_it_comes_back(
    server, room, sit_down
):
    other = server.new_room()
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await bob.write("Teh end")
    await bob.shows("Teh end")
    mode = bob.page.locator("#composer-mode")
    await bob.bubble("Teh end").hover()
    await bob.page.get_by_role("button", name="Edit").click()
    await bob.composer.fill("The end")
    await bob.open_room(other)
    await expect(mode).to_be_hidden()
    await expect(bob.composer).to_have_value("")
    await expect(bob.page.locator(f"#rooms a[data-room-id='{room}'] .draft-mark")).to_be_visible()
    await bob.open_room(room)
    await expect(mode).to_contain_text("Editing your message")
    await expect(bob.composer).to_have_value("The end")

    await bob.page.reload()
    await bob.is_connected()
    await expect(mode).to_contain_text("Teh end")
    await expect(bob.composer).to_have_value("The end")
    await bob.composer.press("Enter")
    await bob.shows("The end")
    await expect(mode).to_be_hidden()
    assert await bob.page.evaluate(DRAFTS) == []


async def test_a_draft_that_was_a_reply_is_one_after_another_room_and_a_reload(server, room, sit_down):
    other = server.new_room()
    async with server.client("carla") as carla:
        asked = await carla.say(room, "Tea or coffee?")
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    mode = bob.page.locator("#composer-mode")
    await bob.bubble("Tea or coffee?").hover()
    await bob.page.get_by_role("button", name="Reply").click()
    await bob.composer.fill("Tea, ple")
    await bob.open_room(other)
    await expect(mode).to_be_hidden()
    await bob.open_room(room)
    await expect(mode).to_contain_text("Replying to Carla")
    await bob.page.reload()
    await bob.is_connected()
    await expect(mode).to_contain_text("Tea or coffee?")
    await bob.write("Tea, please")
    await bob.shows("Tea or coffee?", "Tea, please")
    assert server.rows("SELECT reply_to_id FROM chat_message WHERE body = 'Tea, please'") == [(asked["id"],)]
    await expect(mode).to_be_hidden()
    assert await bob.page.evaluate(DRAFTS) == []


async def test_what_two_tabs_write_at_once_is_sent_from_the_one_in_which_it_was_written(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    beside = await sit_down("bob", server, beside=bob)
    await beside.open(f"/rooms/{room}/")
    await bob.composer.fill("Here")
    await beside.composer.fill("There")
    await bob.composer.press("Enter")
    await expect(bob.composer).to_have_value("")
    await beside.composer.press("Enter")
    await expect(beside.composer).to_have_value("")
    await bob.shows("Here", "There")
