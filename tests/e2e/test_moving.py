"""An installation is moved to the other engine, and back: a browser that was there before goes on where it was."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import expect

from tests.e2e.desk import NO_LUCK
from tests.support.databases import SqliteDatabase
from tests.support.environment import succeed
from tests.support.moving import empty_postgres, move

pytestmark = pytest.mark.sqlite_only("it is about both engines: one run of two is enough")

WRITTEN = 40


async def test_a_browser_with_a_full_outbox_goes_on_after_a_move_and_after_the_way_back(
    start_server, tmp_path, sit_down
):
    server = start_server()
    room = server.new_room()
    bob = await sit_down("bob", server)
    bob.expected = ["WebSocket connection", "Failed to load resource", "net::ERR"]
    await bob.page.add_init_script(NO_LUCK)
    await bob.open(f"/rooms/{room}/")
    bubble = await bob.write("Before")
    await bob.shows("Before")
    await bubble.evaluate("(node) => { node.dataset.sameAsEver = 'yes'; window.sameAsEver = true; }")
    epoch = server.database.value("SELECT epoch FROM chat_installation")
    said = ["Before"]
    with empty_postgres() as postgres:
        for target in (postgres, SqliteDatabase(tmp_path / "back.sqlite3")):
            server.stop()
            await expect(bob.connection).not_to_have_attribute("data-state", "connected")
            written = [f"While {target.url[:6]} was made, {number:02}" for number in range(WRITTEN)]
            await bob.write_in_one_task(written)
            succeed(await asyncio.to_thread(move, server.database, target.url, server.var))
            server.database = target
            await asyncio.to_thread(server.start)
            async with server.client("carla") as carla:
                assert carla.welcome["epoch"] == epoch
                await carla.say(room, f"Made: {target.url[:6]}")
            said += [*written, f"Made: {target.url[:6]}"]
            await bob.is_connected()
            await expect(bob.messages).to_have_count(len(said))
            await expect(bob.unsent).to_have_count(0)
            stored = [body for _, body in server.messages(room)]
            assert sorted(stored) == sorted(said), "everything once"
            assert [body for body in stored if body in written] == written, "and in order"
            assert await bob.texts() == stored
            await expect(bob.page.locator("[data-same-as-ever]")).to_have_count(1)
            with server.browser("carla") as browser:
                found = browser.get("/api/search/", params={"text": "before", "room": room}).json()
            assert len(found["results"]) == 1
