"""Several tabs of one person share one outbox: one sends for all, whoever that is, and all of them see the same."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import expect

from tests.e2e.desk import Desk, Frame, no_answer
from tests.e2e.test_outbox import sign_in, sign_out
from tests.support.server import Server

pytestmark = pytest.mark.any_engine("tabs agree among themselves")

PENDING = re.compile(r"\bpending\b")
SENT = re.compile(r"\bsent\b")
FAILED = re.compile(r"\bfailed\b")


async def open_tabs(sit_down, server: Server, room: int, count: int) -> list[Desk]:
    """Tabs of bob's, the first of which leads."""
    first = await sit_down("bob", server)
    tabs = [first, *[await sit_down("bob", server, beside=first) for _ in range(count - 1)]]
    for tab in tabs:
        await tab.open(f"/rooms/{room}/")
        await until_leading(first)
    return tabs


async def until_leading(desk: Desk) -> None:
    await desk.page.wait_for_function("() => posthorn.status().leader")


async def leaders(tabs: list[Desk]) -> list[bool]:
    return [bool((await tab.status())["leader"]) for tab in tabs]


async def test_one_tab_leads_and_sends_for_all_and_every_tab_shows_what_is_pending(server, room, sit_down):
    one, two, three = await open_tabs(sit_down, server, room, 3)
    assert await leaders([one, two, three]) == [True, False, False]
    one.line.to_page = no_answer
    two.line.to_page = three.line.to_page = lambda frame: frame["type"] != "events"
    for tab in (two, three):
        tab.line.to_server = lambda frame: frame["type"] != "send"
    bubble = await two.write("From the second tab")
    for tab in (one, two, three):
        await expect(tab.bubble("From the second tab")).to_have_class(PENDING)
    one.line.release()
    for tab in (one, two, three):
        await expect(tab.bubble("From the second tab")).to_have_class(SENT)
        await expect(tab.messages).to_have_count(1)
    await expect(bubble).to_have_class(SENT)
    assert not [frame for tab in (two, three) for frame in tab.line.stopped]


ENDS: dict[str, Callable[[Desk], Awaitable[None]]] = {
    "closed": lambda desk: desk.page.close(),
    "crashed": lambda desk: desk.crash(),
    "frozen": lambda desk: desk.freeze(),
}


@pytest.mark.parametrize("end", ENDS)
async def test_three_tabs_send_thirty_each_while_the_leader_is(server, room, sit_down, end):
    tabs = await open_tabs(sit_down, server, room, 3)
    carla = await sit_down("carla", server)
    await carla.open(f"/rooms/{room}/")
    texts = [[f"Tab {tab}, number {number:02}" for number in range(30)] for tab in range(3)]
    leader, *others = tabs
    # What it sends last reaches the server, and no answer reaches it.
    leader.line.to_page = no_answer
    for tab, lines in zip(tabs, texts, strict=True):
        await tab.write_in_one_task(lines)
    await expect(carla.bubble(texts[0][-1])).to_have_count(1)
    for tab in others:
        await expect(tab.messages).to_have_count(90)

    await ENDS[end](leader)
    await others[0].write("And one more")
    for desk in (*others, carla):
        await desk.shows("And one more")
        await expect(desk.unsent).to_have_count(0)
    assert True in await leaders(others)

    stored = [body for _, body in server.messages(room)]
    assert len(stored) == 91
    for number, lines in enumerate(texts):
        assert [text for text in stored if text.startswith(f"Tab {number},")] == lines
    for desk in (*others, carla):
        assert await desk.texts() == stored
    if end == "frozen":
        await leader.thaw()
        leader.line.release()
        await leader.page.wait_for_function("() => !posthorn.status().leader")
        await expect(leader.unsent).to_have_count(0)
        await leader.shows("And one more")
        assert await leader.texts() == stored
        assert [body for _, body in server.messages(room)] == stored


async def test_closing_the_leader_hands_over_at_once(server, room, sit_down):
    one, two = await open_tabs(sit_down, server, room, 2)
    await one.page.close()
    await until_leading(two)
    await expect(await two.write("Still here")).to_have_class(SENT)


async def test_a_leader_whose_connection_is_lost_leaves_the_lead_to_a_tab_that_has_one(server, room, sit_down):
    one, two = await open_tabs(sit_down, server, room, 2)
    one.line.to_page = one.line.to_server = lambda frame: False
    await one.line.cut()
    await until_leading(two)
    bubble = await one.write("By way of the other tab")
    await expect(bubble).to_have_class(SENT)
    assert [body for _, body in server.messages(room)] == ["By way of the other tab"]


async def test_a_failure_and_the_wish_to_try_again_are_known_in_every_tab(server, room, sit_down):
    one, two = await open_tabs(sit_down, server, room, 2)

    def refuse(frame: Frame) -> bool:
        if frame["type"] == "send":
            nack = {"code": "forbidden", "message": "never", "retry": False}
            one.line.say({"type": "nack", "client_id": frame["client_id"], **nack})
        return bool(frame["type"] != "send")

    one.line.to_server = refuse
    await two.write("Never")
    for tab in (one, two):
        await expect(tab.bubble("Never")).to_have_class(FAILED)
    await one.bubble("Never").get_by_role("button", name="Discard").click()
    for tab in (one, two):
        await expect(tab.messages).to_have_count(0)
    assert server.messages(room) == []


async def test_a_tab_opened_later_shows_what_the_others_have_not_sent_yet(server, room, sit_down):
    (one,) = await open_tabs(sit_down, server, room, 1)
    one.line.to_server = lambda frame: frame["type"] != "send"
    await one.write("Waiting")
    late = await sit_down("bob", server, beside=one)
    late.line.to_server = one.line.to_server
    await late.open(f"/rooms/{room}/")
    await expect(late.bubble("Waiting")).to_have_class(PENDING)
    late.line.to_server = one.line.to_server = lambda frame: True
    await one.line.cut()
    for tab in (one, late):
        await expect(tab.bubble("Waiting")).to_have_class(SENT)
    assert [body for _, body in server.messages(room)] == ["Waiting"]


async def test_logging_in_again_in_one_tab_brings_the_others_back(server, room, sit_down):
    one = await sit_down(None, server)
    await one.page.goto(f"/rooms/{room}/")
    await sign_in(one, "bob")
    await one.is_connected()
    two = await sit_down(None, server, beside=one)
    await two.open(f"/rooms/{room}/")
    await sign_out(two)
    await expect(one.connection).to_have_attribute("data-state", "signed-out")
    bubble = await one.write("Written while logged out")
    await sign_in(two, "bob")
    await two.is_connected()
    await one.is_connected()
    await expect(bubble).to_have_class(SENT)
    assert [body for _, body in server.messages(room)] == ["Written while logged out"]
