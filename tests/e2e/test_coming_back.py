"""Who comes back, to a room or to the server, finds what was said meanwhile: all of it, and counted once."""

from __future__ import annotations

from playwright.async_api import expect

from tests.support.api import Api


async def test_who_left_a_room_and_comes_back_sees_what_was_said_meanwhile(server, room, sit_down):
    other = server.new_room()
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    link = bob.page.locator(f"#rooms a[data-room-id='{room}']")
    async with server.client("carla") as carla, Api(server, "bob") as by_bob, Api(server, "carla") as by_carla:
        for number in range(3):
            await carla.say(room, f"Before {number}")
        await bob.shows("Before 0", "Before 1", "Before 2")
        await bob.open_room(other)
        await by_bob.post(f"/api/rooms/{room}/leave/")
        await expect(link).to_have_count(0)
        for number in range(3):
            await carla.say(room, f"Meanwhile {number}")
        await by_carla.post(f"/api/rooms/{room}/members/", {"user": server.world.people["bob"].id})
        await expect(link).to_be_visible()
        await carla.say(room, "Welcome back")
        await bob.open_room(room)
        said = ["Before 0", "Before 1", "Before 2", "Meanwhile 0", "Meanwhile 1", "Meanwhile 2", "Welcome back"]
        await bob.shows(*said)


async def test_what_was_missed_is_counted_once(server, room, sit_down):
    other = server.new_room()
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await bob.open_room(other)
    bob.expected = ["WebSocket connection"]
    bob.line.to_page = lambda frame: False
    async with server.client("carla") as carla:
        for number in range(5):
            await carla.say(room, f"Missed {number}")
    bob.line.held.clear()
    bob.line.to_page = lambda frame: True
    await bob.line.cut()
    await bob.is_connected()
    async with server.client("carla") as carla:
        await carla.say(room, "And heard")
    await expect(bob.page.locator(f"#rooms a[data-room-id='{room}'] .unread")).to_have_text("6")


async def test_a_page_that_the_server_could_not_read_is_asked_for_again(server, room, sit_down):
    async with server.client("carla") as carla:
        await carla.say(room, "Is it here?")
    bob = await sit_down("bob", server)
    bob.line.to_server = lambda frame: frame["type"] != "history"
    await bob.open(f"/rooms/{room}/")
    await expect(bob.connection).to_have_attribute("data-state", "connected")
    bob.line.to_server = lambda frame: True
    error = {"type": "error", "code": "storage", "message": "try again", "ref": "history", "room": room}
    bob.line.say(error)
    await bob.shows("Is it here?")


async def test_an_ack_that_comes_late_does_not_undo_what_has_happened_since(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await bob.write("Draft")
    await bob.shows("Draft")
    bob.line.to_page = lambda frame: frame["type"] != "ack"
    await bob.composer.press("ArrowUp")
    await bob.write("First edit")
    async with server.client("bob") as elsewhere, server.client("carla") as carla:
        await carla.send({"type": "sync", "room": room, "after": 0})
        message = server.rows("SELECT id FROM chat_message WHERE room_id = %s", [room])[0][0]
        await carla.until(lambda: any(event["kind"] == "edit" for event in carla.events_seen))
        await elsewhere.send({"type": "edit", "client_id": "second", "message": message, "body": "Second edit"})
        await elsewhere.until_answered(["second"])
        await carla.until_seen(room, server.head(room))
        await carla.say(room, "Done")
    await expect(bob.bubble("Done")).to_be_visible()
    bob.line.release()
    await bob.shows("Second edit", "Done")


async def test_comings_and_goings_stand_where_they_stood_after_a_reload(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    carla = server.world.people["carla"].id
    async with server.client("bob") as client, Api(server, "bob") as by_bob, Api(server, "carla") as by_carla:
        await client.say(room, "Before")
        await by_carla.post(f"/api/rooms/{room}/leave/")
        await client.say(room, "Between")
        await by_bob.post(f"/api/rooms/{room}/members/", {"user": carla})
        await client.say(room, "After")
    await bob.shows("Before", "Between", "After")
    lines = bob.page.locator("#messages .message-body, #messages .event-line")
    live = await lines.all_inner_texts()
    said = ["Before", "Carla left the room", "Between", "Carla joined the room", "After"]
    assert [text.replace(server.world.people["carla"].name, "Carla") for text in live[-5:]] == said
    await bob.page.reload()
    await bob.shows("Before", "Between", "After")
    assert (await lines.all_inner_texts())[-5:] == live[-5:]
