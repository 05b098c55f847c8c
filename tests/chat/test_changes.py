"""Edits, deletes and reactions: done once, seen by all, allowed to some."""

from __future__ import annotations

import asyncio

import pytest


async def nacked(client, frame):
    """Send a change and return the code it is refused with, which must be for ever."""
    frame = {"client_id": client.new_id(), **frame}
    await client.send(frame)
    answer = await client.take("nack", client_id=frame["client_id"])
    assert not answer["retry"]
    return answer["code"]


async def change(client, **frame):
    frame.setdefault("client_id", client.new_id())
    await client.send(frame)
    return await client.take("ack", client_id=frame["client_id"])


async def test_an_edit_reaches_everybody_and_whoever_comes_later(server, room):
    async with server.client("bob") as bob, server.client("carla") as carla:
        message = (await bob.say(room, "Helo"))["id"]
        ack = await change(bob, type="edit", message=message, body="Hello")
        assert (ack["id"], ack["room"], ack["duplicate"]) == (message, room, False)
        await carla.until_seen(room, ack["seq"])
        event = carla.logs[room].events[-1]
        assert (event["kind"], event["actor"]["name"], event["message"]["body"]) == (
            "edit",
            bob.welcome["user"]["name"],
            "Hello",
        )
        assert event["message"]["edited_at"]
        await carla.send({"type": "history", "room": room})
        assert (await carla.take("page"))["messages"][-1]["body"] == "Hello"


async def test_a_deleted_text_is_gone_from_pages_and_from_the_log(server, room):
    async with server.client("bob") as bob:
        message = (await bob.say(room, "a secret"))["id"]
        ack = await change(bob, type="delete", message=message)
        await bob.send({"type": "history", "room": room})
        page = (await bob.take("page"))["messages"][-1]
        assert (page["deleted"], page["body"]) == (True, "")
        async with server.client("carla", hello=False) as late:
            await late.hello({room: 0})
            await late.until_seen(room, ack["seq"])
            assert "a secret" not in str(late.events_seen)
        assert await nacked(bob, {"type": "edit", "message": message, "body": "again"}) == "not_found"
        assert await nacked(bob, {"type": "delete", "message": message}) == "not_found"


async def test_reactions_are_put_on_and_taken_off(server, room):
    async with server.client("bob") as bob, server.client("carla") as carla:
        message = (await bob.say(room, "Cake?"))["id"]
        for client, emoji, on in ((bob, "🎂", True), (carla, "🎂", True), (carla, "👍🏽", True), (bob, "🎂", False)):
            ack = await change(client, type="react", message=message, emoji=emoji, on=on)
        await bob.until_seen(room, ack["seq"])
        assert bob.logs[room].events[-1]["reaction"] == {"message": message, "emoji": "🎂", "on": False}
        await bob.send({"type": "history", "room": room})
        reactions = (await bob.take("page"))["messages"][-1]["reactions"]
        carlas = server.world.people["carla"].id
        assert reactions == [{"emoji": "🎂", "users": [carlas]}, {"emoji": "👍🏽", "users": [carlas]}]


async def test_too_many_different_reactions_are_refused(server, room):
    async with server.client("bob") as bob:
        message = (await bob.say(room, "Hello"))["id"]
        for number in range(20):
            await change(bob, type="react", message=message, emoji=chr(0x1F600 + number), on=True)
        assert await nacked(bob, {"type": "react", "message": message, "emoji": "🐌", "on": True}) == "forbidden"
        await change(bob, type="react", message=message, emoji=chr(0x1F600), on=True)


@pytest.mark.parametrize("emoji", ["", "a", "1", "<b>", "👍 ", "👍" * 17, "ä", "\n", "\u202e", None, 7])
async def test_what_is_no_emoji_is_refused(server, room, emoji):
    async with server.client("bob") as bob:
        message = (await bob.say(room, "Hello"))["id"]
        assert await nacked(bob, {"type": "react", "message": message, "emoji": emoji, "on": True}) == "bad_frame"


async def test_a_change_repeated_is_one_change(server, room):
    async with server.client("bob") as bob, server.client("bob") as other:
        message = (await bob.say(room, "Helo"))["id"]
        for frame in (
            {"type": "edit", "message": message, "body": "Hello"},
            {"type": "react", "message": message, "emoji": "👍", "on": True},
            {"type": "delete", "message": message},
        ):
            frame["client_id"] = bob.new_id()
            head = server.head(room)
            await asyncio.gather(*(client.send(frame) for client in [bob, other] * 20))
            for client in (bob, other):
                await client.until(
                    lambda client=client, frame=frame: len(client.acks.get(frame["client_id"], [])) == 20
                )
            acks = [ack for client in (bob, other) for ack in client.acks[frame["client_id"]]]
            assert {(ack["id"], ack["seq"]) for ack in acks} == {(message, head + 1)}
            assert [ack["duplicate"] for ack in acks].count(False) == 1
            assert server.head(room) == head + 1


async def test_a_client_id_means_one_thing_for_ever(server, room):
    async with server.client("bob") as bob:
        message = (await bob.say(room, "Hello", "bobs-own"))["id"]
        edit = {"type": "edit", "client_id": bob.new_id(), "message": message, "body": "Hello!"}
        await bob.send(edit)
        await bob.take("ack", client_id=edit["client_id"])
        assert await nacked(bob, {**edit, "body": "Bye"}) == "conflict"
        assert await nacked(bob, {**edit, "client_id": "bobs-own"}) == "conflict"
        assert (
            await nacked(bob, {"type": "send", "room": room, "client_id": edit["client_id"], "body": "x"}) == "conflict"
        )
        assert (await bob.say(room, "Hello", "bobs-own"))["duplicate"]  # as it was sent, though it reads otherwise now


async def test_only_the_author_edits_and_a_moderator_deletes(server, room):
    async with server.client("alice") as alice, server.client("bob") as bob, server.client("carla") as carla:
        message = (await bob.say(room, "Hello"))["id"]
        for client in (alice, carla):
            assert await nacked(client, {"type": "edit", "message": message, "body": "x"}) == "forbidden"
        assert await nacked(carla, {"type": "delete", "message": message}) == "forbidden"
        await change(alice, type="delete", message=message)  # the owner moderates


async def test_messages_of_other_rooms_are_like_messages_that_do_not_exist(server):
    async with server.client("alice") as alice, server.client("bob") as bob:
        hidden = (await alice.say(server.world.closed, "hidden"))["id"]
        answers: list[dict] = []
        for message in (hidden, 10**15):
            for frame in (
                {"type": "edit", "body": "x"},
                {"type": "delete"},
                {"type": "react", "emoji": "👍", "on": True},
            ):
                asked = {**frame, "message": message, "client_id": bob.new_id()}
                await bob.send(asked)
                answers.append({**await bob.take("nack", client_id=asked["client_id"]), "client_id": None})
            reply = {"type": "send", "room": server.world.everyone, "body": "x", "reply_to": message}
            assert await nacked(bob, reply) == "not_found"
        assert all(answer == answers[0] for answer in answers)
        assert answers[0]["code"] == "not_found"


async def test_a_reply_names_what_it_answers(server, room):
    async with server.client("bob") as bob, server.client("carla") as carla:
        first = await bob.say(room, "Who is there?" + " Hello?" * 100)
        answer = await carla.say(room, "Me", reply_to=first["id"])

        async def quotes() -> list[dict]:
            """As the log has it, and as a page."""
            async with server.client("bob", hello=False) as late:
                await late.hello({room: answer["seq"] - 1})
                await late.until_seen(room, server.head(room))
                await late.send({"type": "history", "room": room})
                messages = [late.logs[room].events[0]["message"], (await late.take("page"))["messages"][-1]]
            assert [message["reply_to"] for message in messages] == [first["id"]] * 2
            return [message["quote"] for message in messages]

        quote = {
            "id": first["id"],
            "seq": first["seq"],
            "sender": bob.welcome["user"],
            "body": ("Who is there?" + " Hello?" * 100)[:200],
            "file": None,
            "deleted": False,
        }
        assert await quotes() == [quote] * 2
        await change(bob, type="edit", message=first["id"], body="Anybody?")
        assert await quotes() == [{**quote, "body": "Anybody?"}] * 2
        await change(bob, type="delete", message=first["id"])
        assert await quotes() == [{**quote, "body": "", "deleted": True}] * 2
