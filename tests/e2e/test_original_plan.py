"""The original plan's manual checklist for its message queue (its Task 3.2 and its "Validation"), automated.

With `chat_queue` on, and off where it applies: the plain way shows a message when the server has it, and has no queue;
where it cannot send it keeps the text in the composer, and sending it again is the manual retry.
"""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.e2e.desk import NO_LUCK, Desk, no_answer
from tests.support.environment import manage, succeed
from tests.support.server import Server

PENDING = re.compile(r"\bpending\b")
SENT = re.compile(r"\bsent\b")


@pytest.fixture(scope="module")
def plain_server(world, tmp_path_factory):
    """A server on which the rollout flag `chat_queue` is off."""
    server = Server(world, tmp_path_factory.mktemp("plain") / "server")
    succeed(manage("rollout", "set", "chat_queue", "off", env=server.environment))
    server.start()
    yield server
    server.stop()
    server.check_log()


@pytest.fixture(params=["chat_queue on", "chat_queue off"])
def either(request):
    """A server with the queue, and one without."""
    return request.getfixturevalue("server" if request.param == "chat_queue on" else "plain_server")


async def sit_in_a_room(sit_down, server: Server) -> tuple[Desk, int]:
    room = server.new_room()
    bob = await sit_down("bob", server)
    bob.expected = ["WebSocket connection to", "ERR_INTERNET_DISCONNECTED"]
    await bob.open(f"/rooms/{room}/")
    return bob, room


def stored(server: Server, room: int) -> list[str]:
    return [body for _, body in server.messages(room)]


# Task 3.2: "Manual testing checklist"


async def test_1_a_message_appears_immediately(server, sit_down):
    bob, _ = await sit_in_a_room(sit_down, server)
    bob.line.to_page = no_answer
    # In the very task in which it is sent; "perceived latency" is that of a frame.
    assert await bob.write_in_one_task(["Hello"]) == 1
    await expect(bob.bubble("Hello")).to_have_class(PENDING)
    await expect(bob.composer).to_have_value("")


async def test_1_without_the_queue_a_message_appears_when_the_server_has_it(plain_server, sit_down):
    bob, room = await sit_in_a_room(sit_down, plain_server)
    bob.line.to_page = no_answer
    await bob.composer.fill("Hello")
    await bob.composer.press("Enter")
    await expect(bob.page.locator("#composer")).to_have_attribute("aria-busy", "true")
    await expect(bob.composer).to_have_value("Hello")
    await expect(bob.messages).to_have_count(0)
    await bob.line.holds()
    bob.line.release()
    await bob.shows("Hello")
    await expect(bob.composer).to_have_value("")
    assert stored(plain_server, room) == ["Hello"]


async def test_2_then_it_is_marked_as_sent(either, sit_down):
    bob, room = await sit_in_a_room(sit_down, either)
    await expect(await bob.write("Hello")).to_have_class(SENT)
    assert stored(either, room) == ["Hello"]


async def test_3_ten_messages_written_rapidly_are_sent_in_order(either, sit_down):
    bob, room = await sit_in_a_room(sit_down, either)
    ten = [f"Number {number}" for number in range(10)]
    for text in ten:
        # Without the queue the composer is the writer's again as soon as the server has the last one.
        await expect(bob.composer).to_be_editable()
        await expect(bob.composer).to_have_value("")
        await bob.write(text)
    await bob.shows(*ten)
    assert stored(either, room) == ten


async def test_4_and_5_a_message_the_server_does_not_take_fails_and_retry_sends_it(server, sit_down):
    """Without a network nothing fails: it waits (see test_outbox.py). What fails is what the server does not answer."""
    bob = await sit_down("bob", server)
    room = server.new_room()
    await bob.page.clock.install()
    await bob.page.add_init_script(NO_LUCK)
    await bob.open(f"/rooms/{room}/")
    bob.line.to_server = lambda frame: frame["type"] != "send"
    bubble = await bob.write("Hello")
    await bob.time_passes_until_failed(bubble)
    await expect(bubble.locator(".error-message")).to_be_visible()
    bob.line.to_server = lambda frame: True
    await bubble.locator(".retry-button").click()
    await expect(bubble).to_have_class(SENT)
    assert stored(server, room) == ["Hello"]


async def test_4_and_5_a_message_written_without_a_network_is_sent_when_it_is_back(server, sit_down):
    bob, room = await sit_in_a_room(sit_down, server)
    await bob.page.context.set_offline(True)
    await bob.line.cut()
    await expect(bob.connection).to_have_attribute("data-state", "offline")
    bubble = await bob.write("Hello")
    await expect(bubble).to_have_class(PENDING)
    await expect(bob.connection).to_contain_text("1 message waiting")
    await bob.page.context.set_offline(False)
    await expect(bubble).to_have_class(SENT)
    assert stored(server, room) == ["Hello"]


async def test_4_and_5_without_the_queue_the_composer_says_so_and_keeps_the_text(plain_server, sit_down):
    bob, room = await sit_in_a_room(sit_down, plain_server)
    await bob.page.context.set_offline(True)
    await bob.line.cut()
    await expect(bob.connection).to_have_attribute("data-state", "offline")
    await bob.write("Hello")
    await expect(bob.page.locator("#composer-problem")).to_contain_text("Not sent")
    await expect(bob.composer).to_have_value("Hello")
    await bob.page.context.set_offline(False)
    await bob.is_connected()
    await bob.composer.press("Enter")
    await bob.shows("Hello")
    await expect(bob.composer).to_have_value("")
    assert stored(plain_server, room) == ["Hello"]


async def test_5_without_the_queue_a_lost_answer_and_another_try_are_one_message(plain_server, sit_down):
    bob, room = await sit_in_a_room(sit_down, plain_server)
    bob.line.to_page = no_answer
    await bob.write("Hello")
    await bob.line.holds()
    await bob.line.cut()
    await expect(bob.page.locator("#composer-problem")).to_contain_text("Your text is still here")
    bob.line.held.clear()
    bob.line.to_page = lambda frame: frame["type"] != "events"
    await bob.is_connected()
    await bob.composer.press("Enter")
    await expect(bob.composer).to_have_value("")
    bob.line.release()
    await bob.shows("Hello")
    assert stored(plain_server, room) == ["Hello"]


async def test_6_a_message_sent_while_the_last_is_pending_doubles_nothing(server, sit_down):
    bob, room = await sit_in_a_room(sit_down, server)
    bob.line.to_page = no_answer
    await expect(await bob.write("One")).to_have_class(PENDING)
    await bob.write("Two")
    bob.line.release()
    await bob.shows("One", "Two")
    assert stored(server, room) == ["One", "Two"]


async def test_6_without_the_queue_nothing_is_sent_while_the_last_is_pending(plain_server, sit_down):
    bob, room = await sit_in_a_room(sit_down, plain_server)
    bob.line.to_page = no_answer
    await bob.write("One")
    await expect(bob.composer).not_to_be_editable()
    await expect(bob.send_button).to_be_disabled()
    await bob.page.evaluate("document.querySelector('#composer').requestSubmit()")
    bob.line.release()
    await bob.shows("One")
    assert stored(plain_server, room) == ["One"]


# "Validation"


@pytest.mark.parametrize("times", [2, 20, 100])
async def test_2_clicking_send_again_and_again_sends_one_message(either, sit_down, times):
    bob, room = await sit_in_a_room(sit_down, either)
    await bob.composer.fill("Only once")
    await bob.send_button.evaluate("(button, times) => { while (times--) button.click(); }", times)
    await bob.shows("Only once")
    await bob.send_button.click(click_count=min(times, 20))
    await bob.write("The end")
    await bob.shows("Only once", "The end")
    assert stored(either, room) == ["Only once", "The end"]


async def test_5_a_hundred_messages_written_rapidly_are_all_queued_and_sent_in_order(server, sit_down):
    bob, room = await sit_in_a_room(sit_down, server)
    bob.line.to_page = no_answer
    hundred = [f"Number {number:03}" for number in range(100)]
    assert await bob.write_in_one_task(hundred) == 100
    counts = await bob.status()
    assert counts["queued"] + counts["inflight"] == 100
    bob.line.release()
    await bob.shows(*hundred)
    assert stored(server, room) == hundred


# The roll-back


async def test_what_the_queue_holds_when_it_is_switched_off_is_still_sent(start_server, sit_down):
    server = start_server()
    bob, room = await sit_in_a_room(sit_down, server)
    bob.line.to_server = lambda frame: frame["type"] != "send"
    await expect(await bob.write("From the queue")).to_have_class(PENDING)
    succeed(manage("rollout", "set", "chat_queue", "off", env=server.environment))
    bob.line.to_server = lambda frame: True
    await bob.page.reload()
    await bob.shows("From the queue")
    await bob.write("The plain way")
    await bob.shows("From the queue", "The plain way")
    assert stored(server, room) == ["From the queue", "The plain way"]
