"""The outbox: whatever becomes of acks, sockets, servers, networks and pages, messages arrive once and in order."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import expect

from tests.e2e.desk import NO_LUCK, Desk, Frame, no_answer
from tests.support.server import Server

PENDING = re.compile(r"\bpending\b")
SENT = re.compile(r"\bsent\b")
HUNDRED = [f"Number {number:03}" for number in range(100)]


def stored(server: Server, room: int) -> list[str]:
    return [body for _, body in server.messages(room)]


class Nth:
    """For `Line.to_server`: counts the sends that pass, and says when there were so many."""

    def __init__(self, number: int) -> None:
        self.reached = asyncio.Event()
        self._left = number

    def __call__(self, frame: Frame) -> bool:
        self._left -= frame["type"] == "send"
        if self._left == 0:
            self.reached.set()
        return self._left >= 0 or frame["type"] != "send"


async def test_a_hundred_messages_in_one_task_are_a_hundred_bubbles_at_once_and_in_one_order_everywhere(
    server, room, sit_down
):
    bob, carla = await sit_down("bob", server), await sit_down("carla", server)
    for person in (bob, carla):
        await person.open(f"/rooms/{room}/")
    assert await bob.write_in_one_task(HUNDRED) == 100
    for person in (bob, carla):
        await person.shows(*HUNDRED)
    assert stored(server, room) == HUNDRED
    for person in (bob, carla):
        await person.page.reload()
        await person.shows(*HUNDRED[-10:])


@pytest.mark.parametrize(
    "lost", ["the first ack", "all acks", "all events", "the first ack and its message, until it is sent again"]
)
async def test_whatever_answer_is_lost_there_is_one_row_and_the_same_node(server, room, sit_down, lost):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    dropped: list[str] = []

    def lose(frame: Frame) -> bool:
        first = "ack" not in dropped
        drop = {
            "the first ack": frame["type"] == "ack" and first,
            "all acks": frame["type"] == "ack",
            "all events": frame["type"] == "events",
            "the first ack and its message, until it is sent again": frame["type"] in {"ack", "events"}
            and len([sent for sent in seen if sent == "Hello"]) < 2,
        }[lost]
        if drop:
            dropped.append(frame["type"])
        return not drop

    seen: list[str] = []

    def note(frame: Frame) -> bool:
        if frame["type"] == "send":
            seen.append(frame["body"])
        return True

    bob.line.to_page, bob.line.to_server = lose, note
    bubble = await bob.write("Hello")
    await bubble.evaluate("(node) => { node.mark = 'the same'; }")
    await expect(bubble).to_have_class(SENT)
    assert dropped
    await expect(bob.messages).to_have_count(1)
    assert await bubble.evaluate("(node) => node.mark") == "the same"
    assert stored(server, room) == ["Hello"]
    assert (await bob.status())["queued"] == 0


async def test_a_socket_killed_after_50_of_100_messages_loses_doubles_and_disorders_nothing(server, room, sit_down):
    bob, carla = await sit_down("bob", server), await sit_down("carla", server)
    for person in (bob, carla):
        await person.open(f"/rooms/{room}/")
    half = Nth(50)
    bob.line.to_server = half
    await bob.write_in_one_task(HUNDRED)
    await half.reached.wait()
    await bob.line.cut()
    bob.line.to_server = lambda frame: True
    for person in (bob, carla):
        await person.shows(*HUNDRED)
    assert stored(server, room) == HUNDRED


async def test_a_server_killed_and_restarted_under_load_loses_doubles_and_disorders_nothing(start_server, sit_down):
    server = start_server()
    room = server.new_room()
    bob, carla = await sit_down("bob", server), await sit_down("carla", server)
    for person in (bob, carla):
        person.expected = ["WebSocket connection to", "ERR_CONNECTION_REFUSED"]
        await person.open(f"/rooms/{room}/")
    written: list[str] = []

    async def keep_writing() -> None:
        for ten in range(30):
            texts = [f"Number {ten * 10 + number:03}" for number in range(10)]
            written.extend(texts)
            await bob.write_in_one_task(texts)

    for _ in range(2):
        busy = Nth(20)
        bob.line.to_server = lambda frame, busy=busy: busy(frame) or True
        writing = asyncio.create_task(keep_writing()) if not written else None
        if writing is None:
            await bob.write_in_one_task(texts := [f"More {number:02}" for number in range(40)])
            written.extend(texts)
        await busy.reached.wait()
        server.kill()
        server.start()
        if writing:
            await writing
        for person in (bob, carla):
            await person.shows(*written[-20:])
    assert stored(server, room) == written


async def test_thirty_messages_written_during_a_long_time_offline_wait_without_failing(server, room, sit_down):
    bob = await sit_down("bob", server)
    bob.expected = ["WebSocket connection to", "ERR_INTERNET_DISCONNECTED"]
    await bob.page.clock.install()
    await bob.open(f"/rooms/{room}/")
    await bob.page.context.set_offline(True)
    await bob.line.cut()
    await expect(bob.connection).to_have_attribute("data-state", "offline")
    written = [f"Offline {number:02}" for number in range(30)]
    for text in written:
        await bob.write(text)
    for _ in range(20):
        await bob.page.clock.fast_forward("10:00")
    await expect(bob.page.locator("#messages .message.failed")).to_have_count(0)
    await expect(bob.page.locator("#messages .message.pending")).to_have_count(30)
    await expect(bob.connection).to_contain_text("30 messages waiting")
    await bob.page.context.set_offline(False)
    await bob.page.clock.resume()
    await bob.is_connected()
    await bob.shows(*written)
    assert stored(server, room) == written


@pytest.mark.parametrize("end", ["reloaded in the same task", "closed", "crashed"])
async def test_a_hundred_messages_survive_a_page_that_is(server, room, sit_down, end):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    bob.line.to_server = lambda frame: frame["type"] != "send"
    if end == "reloaded in the same task":
        await bob.write_in_one_task(HUNDRED, then="location.reload();")
        bob.line.to_server = lambda frame: True
        again = bob
    else:
        await bob.write_in_one_task(HUNDRED)
        again = await sit_down("bob", server, beside=bob)
        await (bob.crash() if end == "crashed" else bob.page.close())
        await again.open(f"/rooms/{room}/")
    await again.is_connected()
    await again.shows(*HUNDRED)
    assert stored(server, room) == HUNDRED


async def test_one_message_that_nobody_answers_fails_alone_and_ten_clicks_on_retry_are_one_row(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.page.clock.install()
    await bob.page.add_init_script(NO_LUCK)
    await bob.open(f"/rooms/{room}/")
    first = await bob.write("Before")
    await expect(first).to_have_class(SENT)
    unlucky = {"client_id": ""}

    def mark(frame: Frame) -> bool:
        if frame["type"] == "send" and frame["body"] == "Unlucky":
            unlucky["client_id"] = frame["client_id"]
        return True

    def lose(frame: Frame) -> bool:
        told = frame.get("client_id") or [
            event["message"]["client_id"] for event in frame.get("events", []) if event["kind"] == "message"
        ]
        return unlucky["client_id"] not in told or not unlucky["client_id"]

    bob.line.to_server, bob.line.to_page = mark, lose
    bubble = await bob.write("Unlucky")
    after = [f"After {number}" for number in range(3)]
    for text in after:
        await bob.write(text)
    await bob.time_passes_until_failed(bubble)
    await expect(bubble.get_by_role("button", name="Retry")).to_be_visible()
    for text in after:
        await expect(bob.bubble(text)).to_have_class(SENT)
    bob.line.to_page = lambda frame: True
    await bubble.locator(".retry-button").evaluate("(button) => { for (let n = 0; n < 10; n++) button.click(); }")
    await expect(bubble).to_have_class(SENT)
    assert stored(server, room) == ["Before", "Unlucky", *after]
    await expect(bob.messages).to_have_count(5)


async def sign_out(desk: Desk) -> None:
    """Log out, whatever is not sent yet. (That is asked about first: test_logging_out.py.)"""
    await desk.page.locator("#log-out").evaluate("(form) => form.submit()")
    await expect(desk.page).to_have_url(re.compile("/login/"))  # whoever goes elsewhere sooner stays logged in


async def sign_in(desk: Desk, username: str) -> None:
    await desk.page.fill("input[name=username]", username)
    await desk.page.fill("input[name=password]", "a long enough password")
    await desk.page.get_by_role("button", name="Log in").click()


async def test_what_one_left_unsent_is_neither_seen_nor_sent_by_whoever_logs_in_next(server, room, sit_down):
    browser = await sit_down(None, server)
    await browser.page.goto(f"/rooms/{room}/")
    await sign_in(browser, "bob")
    await browser.is_connected()
    browser.line.to_server = lambda frame: frame["type"] != "send"
    for text in ("From Bob", "Also from Bob"):
        await expect(await browser.write(text)).to_have_class(PENDING)
    await sign_out(browser)
    browser.line.to_server = lambda frame: True

    await browser.page.goto(f"/rooms/{room}/")
    await sign_in(browser, "carla")
    await browser.is_connected()
    await expect(await browser.write("From Carla")).to_have_class(SENT)
    await browser.shows("From Carla")
    assert (await browser.status())["queued"] == 0
    assert "From Bob" not in await browser.page.inner_text("body")
    assert stored(server, room) == ["From Carla"]

    await sign_out(browser)
    await browser.page.goto(f"/rooms/{room}/")
    await sign_in(browser, "bob")
    await browser.shows("From Carla", "From Bob", "Also from Bob")
    by_bob = "SELECT DISTINCT sender_id FROM chat_message WHERE room_id = %s AND body LIKE '%% Bob'"
    senders = server.rows(by_bob, [room])
    assert senders == [(server.world.people["bob"].id,)]


async def test_a_page_left_open_becomes_the_page_of_whoever_logged_in_elsewhere(server, room, sit_down):
    old = await sit_down(None, server)
    await old.page.goto(f"/rooms/{room}/")
    await sign_in(old, "bob")
    await old.is_connected()
    old.line.to_server = lambda frame: frame["type"] != "send"
    await expect(await old.write("From Bob")).to_have_class(PENDING)
    new = await sit_down(None, server, beside=old)
    await new.page.goto("/")
    await sign_out(new)
    await expect(old.connection).to_have_attribute("data-state", "signed-out")
    await sign_in(new, "carla")
    await new.is_connected()
    old.line.to_server = lambda frame: True
    await old.page.reload()
    await old.is_connected()
    await expect(old.page.locator(".me-name")).to_have_text("Carla Conti")
    await expect(await old.write("From Carla")).to_have_class(SENT)
    assert stored(server, room) == ["From Carla"]


async def test_a_session_that_ends_stops_the_queue_until_one_has_logged_in_again(server, room, sit_down):
    bob = await sit_down(None, server)
    await bob.page.goto(f"/rooms/{room}/")
    await sign_in(bob, "bob")
    await bob.is_connected()
    bob.line.to_page = no_answer
    half = Nth(3)
    bob.line.to_server = half
    written = [f"Number {number}" for number in range(6)]
    for text in written:
        await bob.write(text)
    await half.reached.wait()
    elsewhere = await sit_down(None, server, beside=bob)
    await elsewhere.page.goto("/")
    await sign_out(elsewhere)
    await expect(bob.connection).to_have_attribute("data-state", "signed-out")
    await expect(bob.connection).to_contain_text("messages waiting")
    await expect(bob.page.locator("#messages .message.failed")).to_have_count(0)
    late = await bob.write("Written while logged out")
    await expect(late).to_have_class(PENDING)

    bob.line.to_page = bob.line.to_server = lambda frame: True
    await bob.connection.get_by_role("link", name="Log in").click()
    await sign_in(bob, "bob")
    await expect(bob.page).to_have_url(re.compile(f"/rooms/{room}/"))
    await bob.shows(*written, "Written while logged out")
    assert stored(server, room) == [*written, "Written while logged out"]
