"""Every page: without errors, within its own security policy, asking nobody else; and all of it by keyboard."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

PAGES = {
    "alice": [
        "/",
        "/rooms/1/",
        "/invite/",
        "/admin/",
        "/admin/chat/message/",
        "/admin/chat/room/",
        "/admin/chat/user/",
        "/admin/chat/user/1/delete/",
        "/admin/chat/user/2/delete/",
        "/admin/admin/logentry/",
        "/admin/password_change/",
    ],
    "bob": ["/", "/rooms/1/", "/admin/login/"],
    None: ["/", "/login/", "/setup/", "/admin/"],
}
MISSING = {"bob": ["/nowhere/", "/invite/", "/rooms/x/"], None: ["/nowhere/", "/join/made-up/"]}


@pytest.mark.parametrize(("person", "paths"), PAGES.items(), ids=lambda value: value if isinstance(value, str) else "")
async def test_pages_have_no_errors(server, sit_down, person, paths):
    desk = await sit_down(person, server)
    for path in paths:
        answer = await desk.page.goto(path, wait_until="networkidle")
        assert answer.status == 200
        assert await desk.page.title()
    assert not desk.trouble


@pytest.mark.parametrize(("person", "paths"), MISSING.items(), ids=str)
async def test_pages_that_are_not_there_say_so_in_the_houses_style(server, sit_down, person, paths):
    desk = await sit_down(person, server)
    desk.expected = ["Failed to load resource"]  # the page itself, which is a 403 or a 404
    for path in paths:
        answer = await desk.page.goto(path, wait_until="networkidle")
        assert answer.status in {403, 404}
        await expect(desk.page.locator("link[rel=stylesheet]").first).to_be_attached()
        await expect(desk.page.locator("h1")).to_be_visible()


async def test_a_room_that_is_not_ones_own_is_left_alone(server, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{server.world.closed}/")
    await expect(bob.page.locator("#rooms a[data-room-id]").first).to_be_visible()
    await expect(bob.page.locator(f"#rooms a[data-room-id='{server.world.closed}']")).to_have_count(0)
    assert "Accounts" not in await bob.page.inner_text("body")


async def test_a_message_can_be_written_by_keyboard_alone(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await bob.page.evaluate("document.activeElement.blur()")
    for _ in range(80):
        await bob.page.keyboard.press("Tab")
        if await bob.composer.evaluate("(field) => field === document.activeElement"):
            break
    await expect(bob.composer).to_be_focused()
    await bob.page.keyboard.type("By keyboard")
    await bob.page.keyboard.press("Shift+Enter")
    await bob.page.keyboard.type("and on two lines")
    await bob.page.keyboard.press("Enter")
    await expect(bob.composer).to_have_value("")
    await expect(bob.composer).to_be_focused()
    await bob.shows("By keyboard\nand on two lines")
    assert [body for _, body in server.messages(room)] == ["By keyboard\nand on two lines"]


async def test_the_skip_link_leads_to_the_composer(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await bob.page.locator(".skip-link").focus()
    await bob.page.keyboard.press("Enter")
    await expect(bob.composer).to_be_focused()


async def test_enter_that_ends_a_composition_sends_nothing(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await bob.composer.fill("にほ")
    await bob.composer.evaluate(
        "(field) => field.dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    )
    await expect(bob.composer).to_have_value("にほ")
    await expect(bob.messages).to_have_count(0)


async def test_blank_messages_are_not_sent(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    for text in ("", "   ", "\n\n"):
        await bob.write(text)
        await bob.send_button.click()
    await bob.write("Something")
    await bob.shows("Something")
    assert len(server.messages(room)) == 1


async def test_the_invitation_is_copied_by_a_button(start_server, sit_down):
    alice = await sit_down("alice", start_server())
    await alice.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await alice.page.goto("/invite/")
    await alice.page.get_by_role("button", name="Make a link").click()
    await alice.page.get_by_role("button", name="Copy the link").click()
    await expect(alice.page.get_by_role("status")).to_have_text("Copied.")
    link = await alice.page.locator(".invite-link").inner_text()
    assert await alice.page.evaluate("navigator.clipboard.readText()") == link

    # As over plain http.
    await alice.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    await alice.page.get_by_role("button", name="Copy the link").click()
    await expect(alice.page.get_by_role("status")).to_contain_text("press Ctrl+C")
    assert (await alice.page.evaluate("getSelection().toString()")).strip() == link
