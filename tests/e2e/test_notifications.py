"""Notifications of the system, when nobody looks."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.e2e.desk import Desk

pytestmark = pytest.mark.any_engine("they are the browser's")

# Chromium without a screen shows none and asks nobody: this one remembers what it was told to show.
NOTIFICATIONS = """
  window.shown = [];
  window.asked = 0;
  window.hides = false;
  window.Notification = class extends EventTarget {
    static permission = localStorage.getItem("allowed") ?? "default";
    static async requestPermission() {
      window.asked += 1;
      localStorage.setItem("allowed", "granted");
      return (this.permission = "granted");
    }
    constructor(title, options) {
      super();
      if (window.illegal) throw new TypeError("Illegal constructor");
      if (window.Notification.permission !== "granted") return;
      Object.assign(this, options, { title });
      document.documentElement.dataset.shown = String(window.shown.push(this));
    }
    close() {}
  };
  Object.defineProperty(document, "visibilityState", { get: () => (window.hides ? "hidden" : "visible") });
"""
HIDE = "(hides) => { window.hides = hides; document.dispatchEvent(new Event('visibilitychange')); }"


async def hide(page: Page, *, hides: bool = True) -> None:
    await page.evaluate(HIDE, hides)


async def shown(page: Page) -> list[Any]:
    return list(await page.evaluate("window.shown.map(({ title, body }) => [title, body])"))


@pytest_asyncio.fixture(loop_scope="session")
async def bob(server, sit_down) -> Desk:
    desk: Desk = await sit_down("bob", server)
    await desk.page.add_init_script(NOTIFICATIONS)
    return desk


async def test_permission_is_asked_for_by_a_button_alone(server, room, bob):
    await bob.open(f"/rooms/{room}/")
    assert await bob.page.evaluate("window.asked") == 0
    await bob.page.get_by_role("button", name="Turn on notifications").click()
    await expect(bob.page.get_by_role("button", name="Turn off notifications")).to_be_visible()
    assert await bob.page.evaluate("window.asked") == 1
    await bob.page.get_by_role("button", name="Turn off notifications").click()
    await bob.page.reload()
    await expect(bob.page.get_by_role("button", name="Turn on notifications")).to_be_visible()
    assert await bob.page.evaluate("window.asked") == 0


async def test_a_mention_or_a_direct_message_is_told_when_nobody_looks_and_leads_to_its_room(
    server, room, sit_down, bob
):
    other = server.new_room()
    carla = await sit_down("carla", server)
    await bob.open(f"/rooms/{other}/")
    await bob.page.get_by_role("button", name="Turn on notifications").click()
    await carla.open(f"/rooms/{room}/")
    name = await carla.page.locator("#room-name").inner_text()

    await carla.write("@Bob Brandt before your eyes")
    await expect(bob.page.locator(f"#rooms a[data-room-id='{room}'] .unread")).to_have_text("1")
    await hide(bob.page)
    await carla.write("Nothing for you, bob")
    await carla.write("@Bob Brandt please look")
    await expect(bob.page.locator("html")).to_have_attribute("data-shown", "1")
    await carla.page.get_by_role("button", name="Write to somebody").first.click()
    await carla.page.get_by_role("option", name="Bob Brandt").click()
    await expect(carla.page.get_by_role("heading", name="Bob Brandt")).to_be_visible()
    await carla.write("Psst")
    await expect(bob.page.locator("html")).to_have_attribute("data-shown", "2")
    assert await shown(bob.page) == [[f"Carla Conti in {name}", "@Bob Brandt please look"], ["Carla Conti", "Psst"]]

    await bob.page.evaluate("window.shown[0].dispatchEvent(new Event('click'))")
    await expect(bob.page.get_by_role("heading", name=name)).to_be_visible()


async def test_of_several_tabs_one_tells_and_none_while_one_is_looked_at(server, room, sit_down, bob):
    carla = await sit_down("carla", server)
    await bob.open(f"/rooms/{room}/")
    await bob.page.get_by_role("button", name="Turn on notifications").click()
    second = await bob.page.context.new_page()
    await second.add_init_script(NOTIFICATIONS)
    await second.goto(f"/rooms/{server.world.everyone}/")
    await expect(second.locator("#connection")).to_have_attribute("data-state", "connected")
    await carla.open(f"/rooms/{room}/")

    await hide(bob.page)
    await carla.write("@Bob Brandt one")
    await bob.shows("@Bob Brandt one")
    await expect(second.locator(f"#rooms a[data-room-id='{room}'] .unread")).to_have_text("1")
    await bob.page.evaluate("navigator.locks.query()")  # so its question who looks has been answered
    await hide(second)
    await carla.write("@Bob Brandt two")
    await expect(second.locator(f"#rooms a[data-room-id='{room}'] .unread")).to_have_text("2")
    await bob.shows("@Bob Brandt one", "@Bob Brandt two")
    told = [asyncio.ensure_future(page.wait_for_selector("html[data-shown]")) for page in (bob.page, second)]
    _, waiting = await asyncio.wait(told, return_when=asyncio.FIRST_COMPLETED)
    for each in waiting:
        each.cancel()
    assert [body for page in (bob.page, second) for _, body in await shown(page)] == ["@Bob Brandt two"]


async def test_a_browser_that_can_only_be_asked_is_found_out_and_said(server, room, bob):
    """Chrome on Android has the permission and no constructor."""
    await bob.page.add_init_script("window.illegal = true;")
    await bob.open(f"/rooms/{room}/")
    await bob.page.get_by_role("button", name="Turn on notifications").click()
    await expect(bob.page.get_by_role("button", name="This browser cannot show notifications")).to_be_disabled()
    assert await bob.page.evaluate("window.asked") == 0


async def test_what_such_a_browser_was_allowed_before_breaks_nothing_when_a_message_comes(server, room, sit_down, bob):
    carla = await sit_down("carla", server)
    await bob.page.add_init_script(
        "localStorage.setItem('allowed', 'granted'); window.Notification.permission = 'granted';"
    )
    await bob.page.add_init_script("window.illegal = true;")
    await bob.open(f"/rooms/{room}/")
    await carla.open(f"/rooms/{room}/")
    await hide(bob.page)
    await carla.write("@Bob Brandt are you there?")
    await expect(bob.page.get_by_role("button", name="This browser cannot show notifications")).to_be_disabled()
    await bob.shows("@Bob Brandt are you there?")
