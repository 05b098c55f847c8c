"""A room is shown as its log, as far as it is loaded, and then what is not confirmed: whatever came first."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.e2e.desk import Desk, Frame, no_answer
from tests.support.server import Server

TEXTS = [f"n {number:03}" for number in range(100)]
ALL_TEXTS = "[...document.querySelectorAll('#messages .message-body')].map((body) => body.textContent)"


async def shows_its_log(desk: Desk, server: Server, room: int) -> None:
    """Wait until the end of the log is on the page, and all is confirmed; what is there is then a piece of the log."""
    log = [body for _, body in server.messages(room)]
    await expect(desk.bubble(log[-1])).to_have_count(1)
    await expect(desk.page.locator("#messages .message:not([data-message-id])")).to_have_count(0)
    shown = await desk.page.evaluate(ALL_TEXTS)
    assert shown == log[-len(shown) :]


async def test_a_hundred_sends_and_a_reload_in_one_task_are_shown_in_the_order_they_are_stored(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    for turn in range(3):
        texts = [f"{turn} {text}" for text in TEXTS]
        async with bob.page.expect_navigation():
            await bob.write_in_one_task(texts, then="location.reload();")
        await bob.is_connected()
        await expect(bob.bubble(texts[-1])).to_have_class(re.compile(r"\bsent\b"))
        await expect(bob.page.locator("#messages .message:not([data-message-id])")).to_have_count(0)
        assert [body for _, body in server.messages(room)][-100:] == texts
        await shows_its_log(bob, server, room)


@pytest.mark.parametrize("first", ["the page", "the ack"])
async def test_a_message_whose_ack_was_lost_is_not_shown_below_what_others_wrote_since(server, room, sit_down, first):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    async with server.client("carla") as carla:
        for number in range(5):
            await carla.say(room, f"earlier {number}")
        await bob.shows("earlier 4")
        bob.line.to_page = no_answer
        await bob.write("MINE")
        await carla.until(lambda: any(event["message"]["body"] == "MINE" for event in carla.events_seen))
        await bob.page.goto("about:blank")
        for number in range(150):
            await carla.say(room, f"later {number}")
    held = "page" if first == "the ack" else "ack"

    def hold(frame: Frame) -> bool:
        return bool(frame["type"] != held)

    bob.line.held.clear()
    bob.line.to_page = hold
    await bob.page.goto(f"/rooms/{room}/")
    await bob.line.holds()
    await expect(bob.bubble("MINE" if held == "page" else "later 149")).to_be_visible()
    bob.line.release()
    await shows_its_log(bob, server, room)
    # Whoever scrolls there finds it, once, in its place.
    for _ in range(20):
        if await bob.bubble("earlier 0").count() > 0:
            break
        first_shown = (await bob.page.evaluate(ALL_TEXTS))[0]
        await bob.page.locator("#messages").evaluate("(box) => { box.scrollTop = 0; }")
        await expect(bob.messages.first).not_to_contain_text(re.compile(f"^.*{first_shown}$"))
    await expect(bob.bubble("MINE")).to_have_count(1)
    await shows_its_log(bob, server, room)
