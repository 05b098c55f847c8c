"""What was read on the phone is read on the laptop: the badge, the title, and the line above what is new."""

from __future__ import annotations

from playwright.async_api import expect


async def test_what_is_read_on_another_device_is_not_new_here(start_server, sit_down):
    server = start_server()
    room, other = server.new_room(), server.new_room()
    async with server.client("carla") as carla, server.client("bob") as phone:
        seqs = [(await carla.say(room, f"While you were away {number}"))["seq"] for number in range(40)]
        laptop = await sit_down("bob", server)
        await laptop.open(f"/rooms/{other}/")
        unread = laptop.page.locator(f"#rooms a[data-room-id='{room}'] .unread")
        await expect(unread).to_have_text("40")
        await phone.send({"type": "read", "room": room, "seq": seqs[9]})
        await expect(unread).to_have_text("30")
        title = await laptop.page.title()
        assert title.startswith("(30) ")

        await laptop.open_room(room)  # at what is new, its end is further down
        line, down = laptop.page.locator(".unread-line"), laptop.page.locator(".jump-button.down")
        await expect(laptop.messages.filter(has=line)).to_contain_text("While you were away 10")
        await phone.send({"type": "read", "room": room, "seq": seqs[19]})
        await expect(unread).to_have_text("20")
        await expect(laptop.messages.filter(has=line)).to_contain_text("While you were away 20")
        await expect(down).to_have_text("↓ 20 new messages")
        await phone.send({"type": "read", "room": room, "seq": seqs[-1]})
        await expect(unread).to_be_hidden()
        await expect(line).to_have_count(0)
        await expect(down).to_have_text("↓ Jump to latest")
        assert not (await laptop.page.title()).startswith("(")

        seqs.append((await carla.say(room, "And one more"))["seq"])
        await expect(unread).to_have_text("1")
        long_ago = {"seq": seqs[9], "unread": 31, "head": seqs[-1]}
        counted_before = {"seq": seqs[-2], "unread": 0, "head": seqs[-2]}
        for position in (long_ago, counted_before):
            laptop.line.say({"type": "read", "room": room, **position})
        await carla.say(room, "And another")
        await expect(unread).to_have_text("2")
