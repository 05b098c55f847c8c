"""Comings, goings and new names stand between the messages, in pages of history as in the events."""

from __future__ import annotations

from tests.support.api import Api
from tests.support.client import Client, Frame


async def page(client: Client, room: int, **cursor: int) -> Frame:
    await client.send({"type": "history", "room": room, **cursor})
    return await client.take("page")


def seqs(found: Frame) -> list[int]:
    return sorted(thing["seq"] for thing in [*found["messages"], *found["lines"]])


async def test_pages_bring_the_lines_between_their_messages_each_once_whichever_way_they_are_turned(server, room):
    carla = server.world.people["carla"].id
    async with server.client("bob") as bob, Api(server, "bob") as by_bob, Api(server, "carla") as by_carla:
        for number in range(6):
            await bob.say(room, f"message {number}")
            await by_carla.post(f"/api/rooms/{room}/leave/")
            await by_bob.post(f"/api/rooms/{room}/members/", {"user": carla})
        everything = await page(bob, room, limit=200)
        rows = server.rows("SELECT seq, kind FROM chat_event WHERE room_id = %s ORDER BY seq", [room])
        logged = [seq for seq, kind in rows if kind in {"message", "member", "room"}]
        assert seqs(everything) == logged
        assert len(everything["lines"]) >= 12

        for limit in (1, 2, 5):
            back: list[int] = []
            found = await page(bob, room, limit=limit)
            while True:
                back = seqs(found) + back
                if not found["more"]:
                    break
                found = await page(bob, room, before=back[0], limit=limit)
            assert back == logged

            around = await page(bob, room, around=logged[len(logged) // 2], limit=limit)
            there = seqs(around)
            newer = around["newer"]
            while newer:
                found = await page(bob, room, after=there[-1], limit=limit)
                there, newer = there + seqs(found), found["more"]
            more = around["more"]
            while more:
                found = await page(bob, room, before=there[0], limit=limit)
                there, more = seqs(found) + there, found["more"]
            assert there == logged


async def test_the_lines_of_a_page_are_what_the_events_said(server, room):
    async with server.client("bob") as bob, Api(server, "carla") as by_carla:
        await bob.say(room, "Hello")
        await by_carla.post(f"/api/rooms/{room}/leave/")
        await bob.until(lambda: any(event["kind"] == "member" for event in bob.events_seen))
        left = next(event for event in bob.events_seen if event["kind"] == "member")
        assert (await page(bob, room))["lines"][-1] == left
        assert (await page(bob, room, before=left["seq"]))["lines"] == (await page(bob, room))["lines"][:-1]
