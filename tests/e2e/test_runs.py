"""Messages of one person that follow one another: one name for eyes, and for each message its author and its time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.e2e.desk import Desk
from tests.support.server import Server

pytestmark = pytest.mark.any_engine("how messages are shown is the browser's")

MINUTES = [0, 4, 8, 8, 12, 16, 20, 24, 28, 32, 36, 40]
"""When the messages of a run are said; the third and the fourth in the same minute."""
OUT_OF_SIGHT = "0px"
"""`font-size` of what only listeners get."""


def run(server: Server, room: int) -> dict[str, object]:
    """The frame that brings a run of carla's messages, twelve of them in forty minutes."""
    carla, head = server.world.people["carla"], server.head(room)
    person = {"id": carla.id, "name": "Carla"}
    start = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    events = []
    for number, minutes in enumerate(MINUTES):
        message = {"id": 9_000 + number, "client_id": f"run-{number}", "sender": person, "body": f"run {number}"}
        message |= {"reply_to": None, "quote": None, "files": [], "edited_at": None, "deleted": False}
        at = (start + timedelta(minutes=minutes)).isoformat()
        events.append({"seq": head + 1 + number, "kind": "message", "at": at, "actor": person, "message": message})
    return {"type": "events", "room": room, "from": head + 1, "to": head + 12, "events": events, "more": False}


@pytest_asyncio.fixture(loop_scope="session")
async def bob(server, room, sit_down) -> Desk:
    bob: Desk = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    bob.line.say(run(server, room))
    await expect(bob.bubble("run 11")).to_be_visible()
    return bob


async def test_every_message_of_a_run_shows_its_time_under_the_pointer_and_with_the_focus(bob):
    times = bob.messages.locator(".message-time")
    await expect(bob.page.locator(".message.continued")).to_have_count(11)
    await expect(times.nth(5)).to_have_css("font-size", OUT_OF_SIGHT)
    before = await bob.bubble("run 5").bounding_box()
    await bob.bubble("run 5").hover()
    await expect(times.nth(5)).not_to_have_css("font-size", OUT_OF_SIGHT)
    await expect(times.nth(6)).to_have_css("font-size", OUT_OF_SIGHT)
    assert await bob.bubble("run 5").bounding_box() == before
    await bob.page.mouse.move(0, 0)
    await expect(times.nth(5)).to_have_css("font-size", OUT_OF_SIGHT)
    await bob.composer.press("Shift+Tab")
    await bob.page.keyboard.press("ArrowUp")
    await expect(bob.page.locator(".message.continued:focus .message-time")).not_to_have_css("font-size", OUT_OF_SIGHT)


async def test_on_a_touch_screen_no_time_is_missing(server, room, browser, sit_down):
    context = await browser.new_context(
        base_url=server.address, viewport={"width": 390, "height": 760}, has_touch=True, is_mobile=True
    )
    session = server.world.people["bob"].session
    await context.add_cookies([{"name": "sessionid", "value": session, "url": server.address}])
    desk = Desk(await context.new_page(), server)
    await desk.watch()
    await desk.open(f"/rooms/{room}/")
    desk.line.say(run(server, room))
    times = desk.messages.locator(".message-time")
    await expect(times).to_have_count(12)
    for number in set(range(12)) - {3}:
        await expect(times.nth(number)).not_to_have_css("font-size", OUT_OF_SIGHT)
    # The third has been read just above it, and comes with what can be done to its message.
    await expect(times.nth(3)).to_have_css("font-size", OUT_OF_SIGHT)
    await desk.bubble("run 3").locator(".more-button").tap()
    await expect(times.nth(3)).not_to_have_css("font-size", OUT_OF_SIGHT)
    assert not desk.trouble
    await context.close()


async def test_who_listens_hears_author_and_time_of_each_message(bob):
    await bob.write("Mine")
    await expect(bob.bubble("Mine")).to_be_visible()
    await bob.write("Mine as well")
    snapshot = await bob.page.locator("#messages").aria_snapshot()
    assert len(re.findall(r"text: .*\bCarla\n", snapshot)) == 12
    assert len(re.findall(r"text: .*\bYou\n", snapshot)) == 2
    assert snapshot.count("time:") == 14
