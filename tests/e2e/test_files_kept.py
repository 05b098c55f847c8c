"""Messages with files: kept through tunnels, crashes and lost servers, sent once, in order, and by one tab for all."""

from __future__ import annotations

import os
import re

import pytest
from playwright.async_api import expect

from tests.e2e.desk import NO_LUCK
from tests.e2e.giving import Way, answer, arrived, as_sent, choose, is_sent, png, slow_down, tray
from tests.e2e.test_files_choosing import CAT, open_room
from tests.e2e.test_tabs import until_leading

PENDING = re.compile(r"\bpending\b")
SENT = re.compile(r"\bsent\b")
FAILED = re.compile(r"\bfailed\b")
BYTES_REFUSED = """
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (value, ...key) {
        if (value instanceof Blob) throw new DOMException("full", "QuotaExceededError");
        return put.call(this, value, ...key);
    };
"""


async def test_the_bubble_is_there_at_once_and_text_goes_on_elsewhere_but_not_past_it(server, room, sit_down):
    other = server.new_room()
    bob = await open_room(sit_down, server, room)
    way = Way(bob)
    await way.shut()
    await choose(bob, cat_png=CAT)
    first = await bob.write("First, with a cat")
    await expect(first.locator("img[src^='blob:']")).to_be_visible()
    await expect(first.get_by_role("progressbar")).to_be_visible()
    second = await bob.write("Second")
    await bob.open_room(other)
    await expect(await bob.write("Elsewhere")).to_have_class(SENT)
    await bob.open_room(room)
    for bubble in (first, second):
        await expect(bubble).to_have_class(PENDING)
    assert server.messages(room) == []
    await way.open()
    await bob.shows("First, with a cat", "Second")
    assert [body for _, body in server.messages(room)] == ["First, with a cat", "Second"]
    assert [name for name, _, _ in arrived(server, room)] == ["cat.png"]


async def test_a_message_that_waits_for_its_files_can_be_given_up_and_what_is_behind_it_goes(server, room, sit_down):
    bob = await open_room(sit_down, server, room)
    way = Way(bob)
    await way.shut()
    await choose(bob, cat_png=CAT)
    bubble = await bob.write("Never mind")
    await bob.write("Behind it")
    await bubble.get_by_role("button", name="Cancel").click()
    await bob.shows("Behind it")
    await way.open()
    assert [body for _, body in server.messages(room)] == ["Behind it"]


@pytest.mark.parametrize("end", ["reload", "crash"])
async def test_cut_off_in_the_middle_and_begun_anew_in_another_page_it_arrives_once_from_where_it_was(
    server, room, sit_down, end
):
    content = os.urandom(1_500_000)
    bob = await open_room(sit_down, server, room)
    bob.expected = ["Failed to load resource", "net::ERR"]
    await slow_down(bob, 300_000)
    await choose(bob, film_bin=content)
    await bob.write("My film")
    bubble = bob.bubble("My film")
    await expect(bubble.locator(".sending")).to_have_text(re.compile(r"Sending… [1-9]\d? %"))
    page = bob
    if end == "crash":
        await bob.crash()
        page = await sit_down("bob", server, beside=bob)
    else:
        await bob.page.context.set_offline(True)
        await bob.line.cut()
        await expect(bob.connection).not_to_have_attribute("data-state", "connected")
        await expect(bubble).to_have_class(PENDING)
        await bob.page.context.set_offline(False)
    offsets: list[str] = []
    page.page.on("request", lambda asked: offsets.append(asked.headers.get("upload-offset", "")))
    await page.open(f"/rooms/{room}/")
    await is_sent(page, "film.bin")
    await page.shows("My film")
    assert arrived(server, room) == [as_sent("film.bin", content)]
    assert len(server.messages(room)) == 1
    began = [int(offset) for offset in offsets if offset]
    assert began
    assert min(began) > 0


async def test_the_server_is_killed_in_the_middle_and_comes_back(start_server, sit_down):
    server = start_server()
    room = server.new_room()
    content = os.urandom(1_500_000)
    bob = await sit_down("bob", server)
    bob.expected = ["Failed to load resource", "WebSocket", "net::ERR"]
    await bob.page.add_init_script(NO_LUCK)
    await bob.open(f"/rooms/{room}/")
    good = await slow_down(bob, 300_000)
    await choose(bob, film_bin=content)
    bubble = await bob.write("My film")
    await expect(bubble.locator(".sending")).to_have_text(re.compile(r"Sending… [1-9]\d? %"))
    server.kill()
    await expect(bob.connection).not_to_have_attribute("data-state", "connected")
    server.start()
    await good()
    await is_sent(bob, "film.bin")
    assert arrived(server, room) == [as_sent("film.bin", content)]


async def test_one_tab_uploads_for_all_and_another_goes_on_when_it_is_closed(server, room, sit_down):
    one = await open_room(sit_down, server, room)
    two = await sit_down("bob", server, beside=one)
    await two.open(f"/rooms/{room}/")
    await until_leading(one)
    ways = [Way(one), Way(two)]
    for way in ways:
        await way.shut()
    await choose(two, cat_png=CAT)
    await two.write("From the second tab")
    await ways[0].waits()
    for tab in (one, two):
        await expect(tab.bubble("From the second tab")).to_have_class(PENDING)
        await expect(tab.bubble("From the second tab").locator("img[src^='blob:']")).to_be_visible()
    assert ways[1].asked == []
    await one.page.close()
    await ways[0].open()
    await ways[1].waits()
    await ways[1].open()
    await two.shows("From the second tab")
    assert [body for _, body in server.messages(room)] == ["From the second tab"]
    assert [name for name, _, _ in arrived(server, room)] == ["cat.png"]


async def test_where_the_browser_keeps_no_files_it_says_so_before_and_sends_them_all_the_same(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.page.add_init_script(BYTES_REFUSED)
    await bob.open(f"/rooms/{room}/")
    way = Way(bob)
    await way.shut()
    await choose(bob, cat_png=CAT)
    await expect(bob.page.get_by_role("alert").filter(has_text="does not let us keep files")).to_be_visible()
    await expect(tray(bob)).to_contain_text("not kept in this browser")
    await bob.write("All the same")
    await way.open()
    await bob.shows("All the same")
    assert [name for name, _, _ in arrived(server, room)] == ["cat.png"]


async def test_a_server_that_is_full_says_so_and_takes_it_when_it_has_space_again(server, room, sit_down):
    bob = await open_room(sit_down, server, room)
    bob.expected = ["Failed to load resource"]
    end = await answer(bob, 507, "storage")
    await choose(bob, cat_png=png(20, 20))
    await expect(tray(bob)).to_contain_text("no space left on this server")
    bubble = await bob.write("Too much")
    await expect(bubble).to_have_class(FAILED)
    await expect(bubble).to_contain_text("Not sent: the server has no space left for its files.")
    await end()
    await bubble.get_by_role("button", name="Retry").click()
    await is_sent(bob, "cat.png")
    assert [body for _, body in server.messages(room)] == ["Too much"]
