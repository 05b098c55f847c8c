"""Finding messages again."""

from __future__ import annotations

import asyncio
import re

import pytest_asyncio
from playwright.async_api import Locator, Route, expect

from tests.e2e.desk import Desk


@pytest_asyncio.fixture(loop_scope="session")
async def bob(server, sit_down) -> Desk:
    desk: Desk = await sit_down("bob", server)
    return desk


async def search(desk: Desk, words: str) -> Locator:
    """Type into the search; returns the results."""
    await desk.page.keyboard.press("Control+Shift+F")
    await expect(desk.page.get_by_role("searchbox")).to_be_focused()
    await desk.page.keyboard.type(words)
    return desk.page.locator(".result")


async def test_results_say_where_who_and_what_with_the_words_marked_and_lead_there(server, room, bob):
    other = server.new_room()
    async with server.client("carla") as carla:
        for number in range(60):
            await carla.say(room, f"Before, number {number}")
        await carla.say(room, "Who brings the Zwetschgenkuchen today?")
        for number in range(60):
            await carla.say(room, f"After, number {number}")
        await carla.say(server.world.everyone, "Nothing of that kind")
    await bob.open(f"/rooms/{other}/")
    results = await search(bob, "zwetsch")
    await expect(results).to_have_count(1)
    await expect(results.locator("mark")).to_have_text("Zwetschgenkuchen")
    await expect(results).to_contain_text("Carla Conti")
    await expect(results).to_contain_text(re.compile(r"in Room \d\d"))
    await expect(bob.page.get_by_role("status").get_by_text("1 message.")).to_be_visible()

    await bob.page.keyboard.press("ArrowDown")
    await expect(results).to_be_focused()
    await bob.page.keyboard.press("Enter")
    await expect(bob.page).to_have_url(re.compile(f"/rooms/{room}/$"))
    await expect(bob.bubble("Who brings the Zwetschgenkuchen today?")).to_be_in_viewport()
    await expect(bob.bubble("Before, number 59")).to_be_in_viewport()
    await expect(bob.bubble("After, number 0")).to_be_in_viewport()


async def test_the_newest_come_first_and_older_ones_when_asked_for(server, room, bob):
    async with server.client("carla") as carla:
        for number in range(40):
            await carla.say(room, f"quagga {number}")
    await bob.open(f"/rooms/{room}/")
    results = await search(bob, "quagga")
    await expect(results.first).to_contain_text("quagga 39")
    await expect(results).to_have_count(30)
    await bob.page.get_by_role("button", name="Show more").click()
    await expect(results).to_have_count(40)
    await expect(results.nth(30)).to_be_focused()
    await expect(results.last).to_contain_text("quagga 0")
    await expect(bob.page.get_by_role("button", name="Show more")).to_be_hidden()


async def test_a_search_can_keep_to_the_open_room_and_is_there_again_the_next_time(server, room, bob):
    other = server.new_room()
    async with server.client("carla") as carla:
        await carla.say(room, "okapi here")
        await carla.say(other, "okapi there")
    await bob.open(f"/rooms/{room}/")
    results = await search(bob, "okapi")
    await expect(results).to_have_count(2)
    await bob.page.get_by_role("checkbox", name="Only in Room").check()
    await expect(results).to_have_count(1)
    await expect(results).to_contain_text("okapi here")
    await bob.page.keyboard.press("Escape")
    await expect(bob.page.get_by_role("dialog")).to_have_count(0)
    await bob.page.keyboard.press("Control+Shift+F")
    await expect(bob.page.get_by_role("searchbox")).to_have_value("okapi")
    await expect(bob.page.get_by_role("checkbox")).to_be_checked()
    await expect(results).to_have_count(1)


async def test_rooms_of_others_are_not_searched_and_nothing_found_is_said(server, room, bob):
    async with server.client("alice") as alice:
        await alice.say(server.world.closed, "thylacine")
    await bob.open(f"/rooms/{room}/")
    results = await search(bob, "thylacine")
    await expect(bob.page.get_by_text("Nothing found. Try fewer or other words.")).to_be_visible()
    await expect(results).to_have_count(0)
    await bob.page.keyboard.press("Escape")
    await expect(bob.page.get_by_role("dialog")).to_have_count(0)
    await expect(bob.composer).to_be_focused()


async def test_any_input_is_only_words_and_results_are_only_text(server, room, bob):
    async with server.client("carla") as carla:
        await carla.say(room, '<img src=x onerror="alert(1)"> axolotl')
    await bob.open(f"/rooms/{room}/")
    results = await search(bob, "axolotl")
    await expect(results.locator(".result-text")).to_have_text('<img src=x onerror="alert(1)"> axolotl')
    field = bob.page.get_by_role("searchbox")
    for text in ('"', "axolotl AND NEAR(", "*", "-axolotl", "a:b", "%_%", "x" * 200):
        await field.fill(text)
        await field.press("Enter")
        await expect(bob.page.locator(".search-status")).to_have_text(re.compile("message|Nothing found"))
        await expect(bob.page.get_by_role("alert").and_(bob.page.locator(".dialog-problem"))).to_be_hidden()


async def test_the_error_of_an_older_question_does_not_stand_above_newer_results(server, room, bob):
    async with server.client("carla") as carla:
        await carla.say(room, "pangolin")
    await bob.open(f"/rooms/{room}/")
    bob.expected = ["Failed to load resource"]
    newer_is_there = asyncio.Event()
    older_is_answered = asyncio.Event()

    async def fail_late(route: Route) -> None:
        await newer_is_there.wait()
        await route.fulfill(status=503, json={"code": "storage", "message": "too late"})
        older_is_answered.set()

    await bob.page.route("**/api/search/?text=pango", fail_late)
    async with bob.page.expect_request("**/api/search/?text=pango"):
        results = await search(bob, "pango")
    async with bob.page.expect_event("requestfailed", lambda request: request.url.endswith("?text=pango")):
        await bob.page.keyboard.type("lin")
    await expect(results).to_have_count(1)
    await expect(bob.page.locator(".dialog-problem")).to_be_hidden()
    newer_is_there.set()
    await older_is_answered.wait()
    await expect(results).to_have_count(1)
    await expect(bob.page.locator(".dialog-problem")).to_be_hidden()


async def test_who_searches_too_often_waits_and_sees_results_instead_of_an_error(server, room, bob):
    async with server.client("carla") as carla:
        await carla.say(room, "numbat")
    await bob.open(f"/rooms/{room}/")
    bob.expected = ["Failed to load resource"]
    asked = 0

    async def refuse_once(route: Route) -> None:
        nonlocal asked
        asked += 1
        if asked > 1:
            return await route.continue_()
        refusal = {"code": "rate_limited", "message": "slow down a little"}
        return await route.fulfill(status=429, headers={"Retry-After": "1"}, json=refusal)

    await bob.page.route("**/api/search/?text=numbat", refuse_once)
    results = await search(bob, "numbat")
    await expect(results).to_have_count(1)
    await expect(bob.page.locator(".dialog-problem")).to_be_hidden()
    assert asked == 2
