"""Ctrl+K."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Route, expect

from tests.e2e.desk import Desk

pytestmark = pytest.mark.any_engine("the dialog is the browser's")


async def hold_back_the_switcher(desk: Desk) -> tuple[asyncio.Event, asyncio.Event, list[str]]:
    """Have its module wait: set when it is asked for, what lets it go on, and its addresses."""
    asked, held = asyncio.Event(), asyncio.Event()
    urls: list[str] = []

    async def hold(route: Route) -> None:
        urls.append(route.request.url)
        asked.set()
        await held.wait()
        await route.continue_()

    await desk.page.route("**/quick_switcher*", hold)
    return asked, held, urls


async def test_a_few_letters_and_enter_lead_to_a_room(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await bob.composer.fill("half a tho")
    await bob.page.keyboard.press("Control+k")
    field = bob.page.get_by_role("combobox")
    await expect(field).to_be_focused()
    await bob.page.keyboard.type("evryo")
    option = bob.page.get_by_role("option")
    await expect(option).to_have_count(1)
    await expect(option).to_have_attribute("aria-selected", "true")
    assert await field.get_attribute("aria-activedescendant") == await option.get_attribute("id")
    await bob.page.keyboard.press("Enter")
    await expect(bob.page.get_by_role("heading", name="Everyone")).to_be_visible()
    await expect(bob.page.get_by_role("dialog")).to_have_count(0)
    await expect(bob.composer).to_be_focused()


async def test_what_was_closed_before_it_was_loaded_does_not_open_any_more(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    asked, held, urls = await hold_back_the_switcher(bob)
    await bob.page.keyboard.press("Control+k")
    dialog = bob.page.get_by_role("dialog")
    await expect(dialog).to_have_accessible_name("One moment…")
    await asked.wait()
    await bob.page.keyboard.press("Escape")
    await bob.page.get_by_role("button", name="Keyboard").click()
    await expect(dialog).to_have_accessible_name("Keyboard")
    held.set()
    await bob.page.evaluate("(url) => import(url).then(() => {})", urls[0])
    await expect(dialog).to_have_accessible_name("Keyboard")


async def test_what_an_input_method_composes_while_the_dialog_is_loaded_is_not_cut_off(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    asked, held, urls = await hold_back_the_switcher(bob)
    await bob.page.keyboard.press("Control+k")
    await asked.wait()
    keyboard = await bob.page.context.new_cdp_session(bob.page)
    await keyboard.send("Input.imeSetComposition", {"text": "Ever", "selectionStart": 4, "selectionEnd": 4})
    held.set()
    await bob.page.evaluate("(url) => import(url).then(() => {})", urls[0])
    await keyboard.send("Input.imeSetComposition", {"text": "Everyo", "selectionStart": 6, "selectionEnd": 6})
    await keyboard.send("Input.insertText", {"text": "Everyone"})
    await expect(bob.page.get_by_role("combobox")).to_have_value("Everyone")
    await expect(bob.page.get_by_role("option")).to_have_text(re.compile("Everyone"))


async def test_the_room_of_the_last_message_comes_first_and_the_arrows_walk(start_server, sit_down):
    server = start_server()
    first, second, third = (server.new_room() for _ in range(3))
    bob, carla = await sit_down("bob", server), await sit_down("carla", server)
    await bob.open(f"/rooms/{first}/")
    await carla.open(f"/rooms/{second}/")
    await carla.write("Older")
    await carla.open_room(third)
    await carla.write("Newer")
    await expect(bob.page.locator(f"#rooms a[data-room-id='{third}'] .unread")).to_have_text("1")
    names = [
        await bob.page.locator(f"#rooms a[data-room-id='{each}'] .room-label").inner_text() for each in (second, third)
    ]
    await bob.page.keyboard.press("Control+k")
    options = bob.page.get_by_role("option")
    await expect(options.nth(0)).to_have_text(re.compile(f"{names[1]}.*1 unread"))
    await expect(options.nth(1)).to_have_text(re.compile(names[0]))
    await expect(bob.page.get_by_role("option", name="online Carla Conti")).to_be_visible()  # and changes no more
    for key, chosen in (("ArrowDown", 1), ("ArrowUp", 0), ("ArrowUp", -1), ("ArrowDown", 0), ("ArrowDown", 1)):
        await bob.page.keyboard.press(key)
        await expect(options.nth(chosen)).to_have_attribute("aria-selected", "true")
        await expect(bob.page.locator("[aria-selected=true]")).to_have_count(1)
    await bob.page.keyboard.press("Enter")
    await expect(bob.page.get_by_role("heading", name=names[0])).to_be_visible()


async def test_choosing_a_person_opens_the_room_of_the_two(start_server, sit_down):
    server = start_server()
    bob = await sit_down("bob", server)
    await bob.open()
    for _ in range(2):
        await bob.page.keyboard.press("Control+k")
        await expect(bob.page.get_by_role("combobox")).to_be_focused()
        await bob.page.keyboard.type("carla")
        await expect(bob.page.get_by_role("option", name="Carla Conti")).to_have_count(1)
        await bob.page.keyboard.press("Enter")
        await expect(bob.page.get_by_role("heading", name="Carla Conti")).to_be_visible()
        await bob.open_room(server.world.everyone)
    assert server.rows("SELECT count(*) FROM chat_room WHERE kind = 'direct'") == [(1,)]


async def test_escape_goes_back_to_where_one_was_and_nothing_found_is_said(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await bob.page.keyboard.press("Control+k")
    # Not even what is typed before the switcher is there lands in the composer.
    await bob.page.keyboard.type("zzzz")
    await expect(bob.page.get_by_role("combobox")).to_be_focused()
    await bob.page.keyboard.type("zzzz")
    await expect(bob.page.get_by_role("status").get_by_text("Nothing of that name.")).to_be_visible()
    await bob.page.keyboard.press("Enter")
    await expect(bob.composer).to_have_value("")
    await bob.page.keyboard.press("Escape")
    await expect(bob.composer).to_be_focused()
    await expect(bob.page).to_have_url(re.compile(f"/rooms/{room}/$"))
