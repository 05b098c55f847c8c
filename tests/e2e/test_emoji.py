"""Choosing an emoji, within the page's own security policy."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.any_engine("the picker is the browser's")


@pytest.fixture
def sit_in_room(server, room, sit_down):
    async def sit_in_room(person):
        desk = await sit_down(person, server)
        await desk.open(f"/rooms/{room}/")
        return desk, desk.page.get_by_role("button", name="Insert an emoji"), desk.page.locator("emoji-picker")

    return sit_in_room


async def test_a_chosen_emoji_is_written_at_the_caret(sit_in_room):
    bob, button, picker = await sit_in_room("bob")
    await bob.composer.fill("Well done!")
    await bob.composer.evaluate("(field) => field.setSelectionRange(4, 4)")
    await button.click()
    await picker.get_by_role("menuitem", name="grinning").first.click()
    await expect(picker).to_have_count(0)
    await expect(bob.composer).to_be_focused()
    await expect(bob.composer).to_have_value("Well😀 done!")
    await bob.page.keyboard.type("!")
    await expect(bob.composer).to_have_value("Well😀! done!")


async def test_an_emoji_is_found_by_keyboard_alone(sit_in_room):
    bob, button, picker = await sit_in_room("bob")
    await button.focus()
    await bob.page.keyboard.press("Enter")
    search = picker.get_by_role("combobox")
    await expect(search).to_be_focused()
    await bob.page.keyboard.type("thumbs up")
    await expect(picker.get_by_role("option").first).to_have_accessible_name(re.compile("thumbs up"))
    await bob.page.keyboard.press("ArrowDown")
    await bob.page.keyboard.press("Enter")
    # The short form, which everybody's quick reactions have too.
    await expect(bob.composer).to_have_value("👍")
    await bob.page.keyboard.press("Enter")
    await expect(bob.messages.locator(".message-body.emoji-only")).to_have_text("👍")


async def test_escape_and_a_click_beside_it_close_the_picker_and_choose_nothing(sit_in_room):
    bob, button, picker = await sit_in_room("bob")
    await button.click()
    await expect(picker.get_by_role("combobox")).to_be_focused()
    await bob.page.keyboard.press("Escape")
    await expect(picker).to_have_count(0)
    await expect(button).to_be_focused()
    await button.click()
    await expect(picker).to_be_visible()
    await bob.page.mouse.click(5, 5)
    await expect(picker).to_have_count(0)
    await expect(bob.composer).to_have_value("")


async def test_the_picker_is_loaded_when_it_is_first_opened_and_says_so_if_that_fails(sit_in_room):
    bob, button, picker = await sit_in_room("bob")
    loaded = await bob.page.evaluate("performance.getEntriesByType('resource').map(({name}) => name)")
    assert loaded
    assert not [name for name in loaded if "vendor" in name]
    bob.expected = ["Failed to load resource", "ERR_FAILED"]
    await bob.page.route("**/vendor/**", lambda route: route.abort())
    await button.click()
    await expect(bob.page.get_by_role("dialog")).to_contain_text("could not be loaded")
    await bob.page.keyboard.press("Escape")
    await expect(button).to_be_focused()
    await expect(picker).to_have_count(0)


async def test_an_emoji_is_written_by_its_name(sit_in_room):
    bob, _, _ = await sit_in_room("bob")
    options = bob.page.get_by_role("listbox", name="Emoji").get_by_role("option")
    await bob.composer.press_sequentially("Well done :tad")
    await expect(options.first).to_have_text("🎉:tada:")
    await bob.composer.press("Enter")
    await expect(bob.composer).to_have_value("Well done 🎉 ")
    await bob.composer.press_sequentially(":thumbsup:")
    await expect(options).to_have_count(1)
    await bob.composer.press("Tab")
    await bob.composer.press("Enter")
    await bob.shows("Well done 🎉 👍")


async def test_a_name_that_is_not_meant_stays_what_it_is(sit_in_room):
    bob, _, _ = await sit_in_room("bob")
    options = bob.page.get_by_role("option")
    await bob.composer.press_sequentially(":smile")
    await options.first.wait_for()
    await bob.composer.press("Escape")
    await bob.composer.press("Enter")
    await bob.shows(":smile")
    await bob.composer.press_sequentially("at 10:30 :D")
    await expect(options).to_have_count(0)
    await bob.composer.press("Enter")
    await bob.shows(":smile", "at 10:30 :D")


async def test_names_have_the_skin_tone_that_was_chosen_in_the_picker(sit_in_room):
    bob, button, picker = await sit_in_room("bob")
    await button.click()
    await picker.get_by_role("button", name="Choose a skin tone").click()
    await picker.get_by_role("option", name="Dark", exact=True).click()
    await bob.page.keyboard.press("Escape")
    await bob.composer.press_sequentially(":thumbsup")
    await expect(bob.page.get_by_role("option").first).to_have_text("👍🏿:thumbsup:")
