"""Log out, with something left unsaid."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.desk import Desk

pytestmark = pytest.mark.any_engine("what is left unsent stays in the browser")


def log_out(desk: Desk) -> Locator:
    return desk.page.locator("#log-out").get_by_role("button", name="Log out")


async def test_logging_out_with_a_draft_or_unsent_messages_says_what_would_be_lost_and_waits(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    bob.line.to_server = lambda frame: frame["type"] != "send"
    for text in ("One", "Two"):
        await bob.write(text)
    await bob.composer.fill("Begun")
    await log_out(bob).click()
    dialog = bob.page.get_by_role("dialog", name="Log out?")
    await expect(dialog).to_contain_text("2 messages or changes are not sent yet. They stay in this browser")
    await expect(dialog).to_contain_text("What you began to write in a room will be thrown away.")
    await expect(dialog.get_by_role("button", name="Stay")).to_be_focused()
    await bob.page.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)
    await expect(bob.composer).to_have_value("Begun")

    await log_out(bob).click()
    await dialog.get_by_role("button", name="Log out").click()
    await expect(bob.page).to_have_url(re.compile("/login/"))
    await bob.page.fill("input[name=username]", "bob")
    await bob.page.fill("input[name=password]", "a long enough password")
    bob.line.to_server = lambda frame: True
    await bob.page.get_by_role("button", name="Log in").click()
    await bob.is_connected()
    await bob.open_room(room)
    await bob.shows("One", "Two")
    await expect(bob.composer).to_have_value("")


async def test_with_nothing_left_unsaid_logging_out_asks_nothing(server, room, sit_down):
    bob = await sit_down("carla", server)
    await bob.open(f"/rooms/{room}/")
    await bob.write("All said")
    await bob.shows("All said")
    await log_out(bob).click()
    await expect(bob.page).to_have_url(re.compile("/login/"))
