"""What becomes of a message when something fails on its way: it arrives once and in order, or says that it did not."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.e2e.desk import NO_LUCK, Frame, no_answer
from tests.support.environment import manage, succeed

pytestmark = pytest.mark.any_engine("what the page makes of trouble is the browser's")

PENDING = re.compile(r"\bpending\b")
SENT = re.compile(r"\bsent\b")
FAILED = re.compile(r"\bfailed\b")


async def test_messages_pending_while_the_server_is_killed_arrive_once_and_in_order(start_server, sit_down):
    server = start_server()
    room = server.new_room()
    bob, carla = await sit_down("bob", server), await sit_down("carla", server)
    for person in (bob, carla):
        person.expected = ["WebSocket connection to", "ERR_CONNECTION_REFUSED"]
        await person.open(f"/rooms/{room}/")

    bob.line.to_page = no_answer
    written = [f"Number {number}" for number in range(6)]
    for text in written[:3]:
        await bob.write(text)
    await carla.shows(*written[:3])  # so the server has them, and bob does not know
    server.kill()
    await expect(bob.connection).not_to_have_attribute("data-state", "connected")
    for text in written[3:]:
        await bob.write(text)
    for text in written:
        await expect(bob.bubble(text)).to_have_class(PENDING)

    bob.line.to_page = lambda frame: True
    server.start()
    for person in (bob, carla):
        await person.is_connected()
        await person.shows(*written)
    assert [body for _, body in server.messages(room)] == written
    for person in (bob, carla):
        await person.page.reload()
        await person.shows(*written)


async def test_messages_pending_while_the_page_is_reloaded_arrive_once_and_in_order(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    # Two arrive and are never acknowledged, three never arrive.
    bob.line.to_page = no_answer
    written = ["a", "b", "c", "d", "e"]
    bob.line.to_server = lambda frame: frame["type"] != "send" or frame["body"] in {"a", "b"}
    for text in written:
        await bob.write(text)
    bob.line.to_page = bob.line.to_server = lambda frame: True
    await bob.page.reload()
    await bob.is_connected()
    await bob.shows(*written)
    assert [body for _, body in server.messages(room)] == written


async def test_a_message_that_is_only_refused_for_now_fails_and_retry_sends_it_once(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.page.clock.install()
    await bob.page.add_init_script(NO_LUCK)
    await bob.open(f"/rooms/{room}/")

    def refuse(frame: Frame) -> bool:
        if frame["type"] == "send":
            nack = {"code": "storage", "message": "not now", "retry": True, "after_ms": 1}
            bob.line.say({"type": "nack", "client_id": frame["client_id"], **nack})
        return bool(frame["type"] != "send")

    bob.line.to_server = refuse
    bubble = await bob.write("Please")
    await bob.time_passes_until_failed(bubble)
    await expect(bubble.locator(".error-message")).to_be_visible()
    client_ids = {frame["client_id"] for frame in bob.line.stopped}
    assert len(client_ids) == 1, "a try has to be told from another message"
    assert len(bob.line.stopped) >= 3

    bob.line.to_server = lambda frame: True
    await bubble.get_by_role("button", name="Retry").click()
    await expect(bubble).to_have_class(SENT)
    await expect(bubble.locator(".retry-button")).to_have_count(0)
    await bob.write("Next")
    await bob.shows("Please", "Next")
    assert [body for _, body in server.messages(room)] == ["Please", "Next"]
    assert server.messages(room)[0][0] in client_ids


async def test_a_message_that_is_never_acknowledged_fails_and_retry_finds_it_sent_once(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.page.clock.install()
    await bob.page.add_init_script(NO_LUCK)
    await bob.open(f"/rooms/{room}/")
    bob.line.to_page = no_answer
    bubble = await bob.write("Hello?")
    await expect(bubble).to_have_class(PENDING)

    # The server is heard all the while; only what it says of this message is lost.
    await bob.time_passes_until_failed(bubble)
    assert [body for _, body in server.messages(room)] == ["Hello?"], "it did arrive, only nobody told bob"

    bob.line.to_page = lambda frame: True
    await bubble.locator(".retry-button").click()
    await expect(bubble).to_have_class(SENT)
    await bob.shows("Hello?")
    assert [body for _, body in server.messages(room)] == ["Hello?"]


@pytest.mark.parametrize("again", ["ack, then the message", "the message, then the ack", "each of them twice"])
async def test_acks_and_messages_may_come_in_any_order_and_twice(server, room, sit_down, again):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    bob.line.to_page = no_answer
    bubble = await bob.write("Twice told")
    await expect(bubble).to_have_class(PENDING)
    await bob.line.holds(2)
    bob.line.held.sort(reverse=again.startswith("the message"))
    if again.startswith("each"):
        bob.line.held *= 2
    bob.line.release()
    await bob.write("The end")
    await bob.shows("Twice told", "The end")
    await expect(bob.messages).to_have_count(2)


async def test_a_message_that_will_never_be_taken_says_so_and_holds_up_nothing(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")

    def refuse(frame: Frame) -> bool:
        if frame["type"] == "send" and frame["body"] == "Never":
            nack = {"code": "forbidden", "message": "never", "retry": False}
            bob.line.say({"type": "nack", "client_id": frame["client_id"], **nack})
            return False
        return True

    bob.line.to_server = refuse
    never = await bob.write("Never")
    await expect(never).to_have_class(FAILED)
    await expect(never.locator(".error-message")).to_be_visible()
    await expect(never.locator(".retry-button")).to_have_count(0)
    await expect(await bob.write("Next")).to_have_class(SENT)


async def test_with_the_chat_queue_switched_off_a_message_still_arrives(start_server, sit_down):
    server = start_server()
    succeed(manage("rollout", "set", "chat_queue", "off", env=server.environment))
    room = server.new_room()
    bob, carla = await sit_down("bob", server), await sit_down("carla", server)
    for person in (bob, carla):
        await person.open(f"/rooms/{room}/")
    await bob.write("The plain way")
    await carla.shows("The plain way")
    await bob.shows("The plain way")
    await expect(bob.composer).to_have_value("")
