"""What was begun and not sent."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

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
