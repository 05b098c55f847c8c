"""Two people in two browsers."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.e2e.desk import no_answer


async def test_a_message_is_there_at_once_then_is_the_servers_and_the_other_sees_it(server, room, sit_down):
    bob, carla = await sit_down("bob", server), await sit_down("carla", server)
    for person in (bob, carla):
        await person.open(f"/rooms/{room}/")

    bob.line.to_page = no_answer
    bubble = await bob.write("Hello Carla")
    await expect(bubble).to_have_class(re.compile(r"\bpending\b"))
    client_id = await bubble.get_attribute("data-client-id")
    assert client_id
    assert await bubble.get_attribute("data-message-id") is None
    assert await bob.composer.input_value() == ""

    await expect(carla.bubble("Hello Carla")).to_be_visible()
    bob.line.release()
    await expect(bubble).to_have_class(re.compile(r"\bsent\b"))
    ((id_, stored_as),) = server.rows("SELECT id, client_id FROM chat_message WHERE room_id = %s", [room])
    assert stored_as == client_id
    for person in (bob, carla):
        await expect(person.bubble("Hello Carla")).to_have_attribute("data-message-id", str(id_))
        await expect(person.bubble("Hello Carla")).to_have_count(1)

    for person in (bob, carla):
        await person.page.reload()
        await person.is_connected()
        await expect(person.bubble("Hello Carla")).to_have_attribute("data-message-id", str(id_))
        await person.shows("Hello Carla")


async def test_twenty_fast_clicks_on_send_are_one_message(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    for text, click in (
        ("Clicked by hand", lambda: bob.send_button.click(click_count=20)),
        ("Clicked in a script", lambda: bob.send_button.evaluate("(b) => { for (let n = 0; n < 20; n++) b.click(); }")),
    ):
        await bob.composer.fill(text)
        await click()
        await expect(bob.bubble(text)).to_have_class(re.compile(r"\bsent\b"))
    # Whatever might have come twice has come before this.
    await bob.write("The end")
    await bob.shows("Clicked by hand", "Clicked in a script", "The end")
    assert [body for _, body in server.messages(room)] == ["Clicked by hand", "Clicked in a script", "The end"]


async def test_the_same_text_sent_twice_is_two_messages(server, room, sit_down):
    bob, carla = await sit_down("bob", server), await sit_down("carla", server)
    for person in (bob, carla):
        await person.open(f"/rooms/{room}/")
    await bob.write("Again")
    await bob.write("Again")
    for person in (bob, carla):
        await person.shows("Again", "Again")
    assert len({client_id for client_id, _ in server.messages(room)}) == 2


async def test_people_who_write_at_the_same_time_see_the_same_order(server, room, sit_down):
    bob, carla = await sit_down("bob", server), await sit_down("carla", server)
    for person in (bob, carla):
        await person.open(f"/rooms/{room}/")
    for number in range(5):
        await bob.write(f"bob {number}")
        await carla.write(f"carla {number}")
    await expect(bob.messages).to_have_count(10)
    await expect(carla.messages).to_have_count(10)
    stored = [body for _, body in server.messages(room)]
    await bob.shows(*stored)
    await carla.shows(*stored)


async def test_what_people_write_is_shown_as_they_wrote_it(server, room, sit_down):
    bob, carla = await sit_down("bob", server), await sit_down("carla", server)
    for person in (bob, carla):
        await person.open(f"/rooms/{room}/")
    for text in ("<img src=x onerror=alert(1)>", "&amp; {{ 7 }} ${7}", "👍🏽 日本語 עברית", "javascript:alert(1)"):
        await bob.write(text)
        await expect(carla.bubble(text)).to_be_visible()
    await expect(carla.page.locator("#messages .message-body img")).to_have_count(0)


async def test_unread_messages_are_counted_beside_their_room(server, room, sit_down):
    other = server.new_room()
    bob, carla = await sit_down("bob", server), await sit_down("carla", server)
    await carla.open(f"/rooms/{other}/")
    await bob.open(f"/rooms/{room}/")
    link = carla.page.locator(f"#rooms a[data-room-id='{room}']")
    await bob.write("One")
    await bob.write("Two")
    await expect(link.locator(".unread")).to_have_text("2")
    await carla.open_room(room)
    await carla.shows("One", "Two")
    await expect(link.locator(".unread")).to_be_hidden()
