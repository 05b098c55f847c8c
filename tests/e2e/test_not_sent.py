"""What was not sent is seen and can be done away with, wherever it was written."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.desk import NO_LUCK, Desk


async def reload(desk: Desk) -> None:
    await desk.page.reload()
    await desk.is_connected()


@pytest.mark.parametrize("end", ["Retry", "Discard"])
async def test_a_room_in_which_a_message_failed_says_so_in_the_list_until_one_decides(server, room, sit_down, end):
    other = server.new_room()
    bob = await sit_down("bob", server)
    await bob.page.clock.install()
    await bob.page.add_init_script(NO_LUCK)
    await bob.open(f"/rooms/{room}/")
    mark = bob.page.locator(f"#rooms a[data-room-id='{room}'] .failed-mark")
    alerts = bob.page.locator("#alerts")
    await expect(mark).to_be_hidden()
    bob.line.to_server = lambda frame: frame["type"] != "send"
    bubble = await bob.write("Unlucky")
    await bob.time_passes_until_failed(bubble)
    await expect(alerts).to_contain_text("Not sent")
    await bob.open_room(other)
    await expect(mark).to_have_text("Not sent")
    await expect(mark).to_be_visible()

    await reload(bob)
    await expect(mark).to_be_visible()
    await expect(alerts).to_have_text("")
    await expect(bob.page.locator("#left-behind")).to_be_hidden()
    bob.line.to_server = lambda frame: True
    await bob.open_room(room)
    await expect(mark).to_be_visible()
    await bubble.get_by_role("button", name=end).click()
    await expect(mark).to_be_hidden()
    await expect(bubble).to_have_count(1 if end == "Retry" else 0)


async def test_what_was_written_into_a_room_one_is_no_longer_in_is_shown_until_it_is_discarded(server, sit_down):
    room, other = server.new_room(), server.new_room()
    bob = await sit_down("bob", server)
    bob.expected = ["WebSocket connection to", "ERR_INTERNET_DISCONNECTED"]
    await bob.open(f"/rooms/{room}/")
    notice, alerts = bob.page.locator("#left-behind"), bob.page.locator("#alerts")
    await bob.page.context.set_offline(True)
    await bob.line.cut()
    await expect(bob.connection).to_have_attribute("data-state", "offline")
    await bob.write("Nobody has read this")
    await bob.write("<b>Nor this</b>")
    member = [room, server.world.people["bob"].id]
    server.database.execute("DELETE FROM chat_membership WHERE room_id = %s AND user_id = %s", member)
    await expect(notice).to_be_hidden()
    await bob.page.context.set_offline(False)
    await expect(notice).to_contain_text("2 messages to rooms you have left were not sent")
    await expect(alerts).to_contain_text("Not sent")

    await reload(bob)
    await expect(notice.get_by_role("listitem")).to_have_text(["Nobody has read this", "<b>Nor this</b>"])
    await expect(alerts).to_have_text("")
    await bob.page.set_viewport_size({"width": 360, "height": 640})
    await bob.open("/")
    await expect(notice.get_by_role("button", name="Discard")).to_be_in_viewport(ratio=1)
    await bob.page.set_viewport_size({"width": 1280, "height": 720})
    await bob.open_room(other)
    await notice.get_by_role("button", name="Discard").click()
    await expect(notice).to_be_hidden()
    assert (await bob.status())["rejected"] == 0

    await reload(bob)
    await bob.open_room(other)
    await bob.write("Here I am")
    await bob.shows("Here I am")
    await expect(notice).to_be_hidden()
    assert (await bob.status())["rejected"] == 0
