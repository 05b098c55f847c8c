"""Reading: the log from any cursor, pages back to the start, what is unread, and who may see what (promise 4)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest


async def filled(server, room: int, count: int) -> list[str]:
    """Have bob say so many things; returns their client ids."""
    async with server.client("bob") as bob:
        sent = []
        for start in range(0, count, 50):
            some = [await bob.post(room, f"Message {start + n}") for n in range(min(50, count - start))]
            await bob.until_answered(some)
            sent += some
    return sent


async def whole_log(person, room: int, after: int, **limit: int) -> list[dict]:
    """Everything after a cursor, by `sync`."""
    events: list[dict] = []
    while True:
        await person.send({"type": "sync", "room": room, "after": after, **limit})
        frame = await person.take("events")
        assert frame["from"] == after + 1
        assert [event["seq"] for event in frame["events"]] == list(range(frame["from"], frame["to"] + 1))
        events += frame["events"]
        after = frame["to"]
        if not frame["more"]:
            return events


@pytest.mark.parametrize("limit", [{}, {"limit": 1}, {"limit": 7}, {"limit": 10**9}], ids=str)
async def test_sync_gives_everything_from_any_age(server, room, limit):
    count = 12 if limit == {"limit": 1} else 250
    sent = await filled(server, room, count)
    async with server.client("carla") as carla:
        events = await whole_log(carla, room, 0, **limit)
        assert [event["seq"] for event in events] == list(range(1, server.head(room) + 1))
        said = [event["message"]["client_id"] for event in events if event["kind"] == "message"]
        assert said == sent
        for after in (1, len(events) // 2, len(events) - 1, len(events)):
            assert await whole_log(carla, room, after, **limit) == events[after:]


async def test_a_client_that_comes_back_hears_what_it_missed_and_then_what_happens(server, room):
    async with server.client("carla") as carla:
        head = carla.logs[room].last
    await filled(server, room, 450)
    async with server.client("bob") as bob:
        await carla.connect()
        await bob.say(room, "Welcome back.")
        await carla.until_seen(room, server.head(room))
        assert [event["seq"] for event in carla.logs[room].events] == list(range(head + 1, server.head(room) + 1))
        seqs = [event["seq"] for event in carla.events_seen]
        assert seqs == sorted(set(seqs)), "something came twice, or out of order"
    await carla.close()


async def test_a_room_not_named_in_hello_starts_at_its_head(server, room):
    await filled(server, room, 5)
    async with server.client("carla", hello=False) as carla, server.client("bob") as bob:
        await carla.hello({})
        ack = await bob.say(room, "New")
        await carla.until_seen(room, ack["seq"])
        assert carla.bodies(room) == ["New"]


async def test_a_cursor_beyond_the_head_is_reset(server, room):
    head = server.head(room)
    async with server.client("carla", hello=False) as carla:
        await carla.hello({room: head + 1})
        assert await carla.take("reset") == {"type": "reset", "room": room, "head": head}
        await carla.send({"type": "sync", "room": room, "after": head + 5})
        assert await carla.take("reset") == {"type": "reset", "room": room, "head": head}
        await carla.send({"type": "sync", "room": room, "after": 2**63 - 1})
        assert await carla.take("reset") == {"type": "reset", "room": room, "head": head}


async def test_cursors_of_another_epoch_are_reset_and_live_events_follow(server, room):
    head = server.head(room)
    async with server.client("carla", hello=False) as carla, server.client("bob") as bob:
        await carla.hello({room: 1}, epoch="before-the-fire")
        assert await carla.take("reset") == {"type": "reset", "room": room, "head": head}
        ack = await bob.say(room, "Anew")
        await carla.until_seen(room, ack["seq"])
        assert carla.bodies(room) == ["Anew"]
        assert not [frame for frame in carla.inbox if frame["type"] == "reset"], "rooms it did not name need no reset"


async def test_cursors_of_this_epoch_are_taken(server, room):
    sent = await filled(server, room, 3)
    async with server.client("carla") as carla:
        epoch = carla.welcome["epoch"]
    async with server.client("carla", hello=False) as carla:
        await carla.hello({room: 0}, epoch=epoch)
        await carla.until_seen(room, server.head(room))
        assert len(carla.bodies(room)) == len(sent)


@pytest.mark.parametrize("limit", [{}, {"limit": 1}, {"limit": 20}, {"limit": 10**9}], ids=str)
async def test_history_pages_back_to_the_start_without_hole_or_repetition(server, room, limit):
    sent = await filled(server, room, 9 if limit == {"limit": 1} else 230)
    async with server.client("carla") as carla:
        pages: list[list[dict]] = []
        before: dict[str, int] = {}
        while True:
            await carla.send({"type": "history", "room": room, **limit, **before})
            page = await carla.take("page")
            seqs = [message["seq"] for message in page["messages"]]
            assert seqs, "there was said to be more"
            assert seqs == sorted(seqs)
            assert len(seqs) <= min(200, limit.get("limit", 50))
            pages.insert(0, page["messages"])
            if not page["more"]:
                break
            before = {"before": seqs[0]}
        assert [message["client_id"] for messages in pages for message in messages] == sent


async def asked(person, room: int, **where: int) -> dict:
    await person.send({"type": "history", "room": room, **where})
    page: dict = await person.take("page")
    assert {name: page[name] for name in ("before", "after", "around") if name in page} == {
        name: value for name, value in where.items() if name != "limit"
    }
    return page


@pytest.mark.parametrize("limit", [1, 20, 10**9])
async def test_history_pages_forward_to_the_end_without_hole_or_repetition(server, room, limit):
    sent = await filled(server, room, 5 if limit == 1 else 230)
    async with server.client("carla") as carla:
        found: list[str] = []
        after, more = 0, True
        while more:
            page = await asked(carla, room, after=after, limit=limit)
            seqs = [message["seq"] for message in page["messages"]]
            assert seqs == sorted(seqs)
            assert 1 <= len(seqs) <= min(200, limit)
            found += [message["client_id"] for message in page["messages"]]
            after, more = seqs[-1], page["more"]
        assert found == sent
        nothing = await asked(carla, room, after=after)
        assert (nothing["messages"], nothing["more"]) == ([], False)


async def test_history_shows_a_message_with_what_is_around_it(server, room):
    await filled(server, room, 30)
    head = server.head(room)
    first = head - 29
    async with server.client("carla") as carla:

        async def around(seq: int, limit: int) -> tuple[list[int], bool, bool]:
            page = await asked(carla, room, around=seq, limit=limit)
            return [message["seq"] for message in page["messages"]], page["more"], page["newer"]

        middle = first + 15
        assert await around(middle, 10) == (list(range(middle - 4, middle + 6)), True, True)
        assert await around(middle, 1) == ([middle], True, True)
        assert await around(first, 10) == (list(range(first, first + 6)), False, True)
        assert await around(head, 10) == (list(range(head - 4, head + 1)), True, False)
        assert await around(0, 10) == (list(range(first, first + 5)), False, True)
        assert await around(2**63 - 1, 10) == (list(range(head - 4, head + 1)), True, False)
        assert await around(middle, 200) == (list(range(first, head + 1)), False, False)


async def test_an_empty_room_has_an_empty_page(server, room):
    async with server.client("carla") as carla:
        await carla.send({"type": "history", "room": room})
        page = await carla.take("page")
        assert {line["kind"] for line in page.pop("lines")} == {"member"}
        assert page == {"type": "page", "room": room, "more": False, "messages": []}


async def test_a_room_one_is_not_in_looks_exactly_like_one_that_is_not_there(server):
    closed, nowhere = server.world.closed, 10**9
    async with server.client("alice") as alice:
        await alice.say(closed, "For my eyes only", client_id="secret-1")
    async with server.client("bob") as bob:
        assert closed not in [room["id"] for room in bob.welcome["rooms"]]
        for about in (
            {"type": "send", "client_id": "probe-1", "body": "Anybody here?"},
            {"type": "send", "client_id": "probe-1", "body": "Anybody here?", "reply_to": 1},
            {"type": "sync", "after": 0},
            {"type": "sync", "after": 10**9},
            {"type": "history"},
        ):
            answers = []
            for room in (closed, nowhere):
                await bob.send({**about, "room": room})
                answer = await bob.take()
                assert answer.pop("room", room) == room  # what was asked about is no secret
                answers.append(answer)
            assert answers[0] == answers[1]
            assert answers[0]["code"] == "not_found"
        for room in (closed, nowhere):
            await bob.send({"type": "read", "room": room, "seq": 1})
        await bob.is_alive()
        assert not bob.inbox, "the two are answered differently"
    async with server.client("bob", hello=False) as bob:
        await bob.hello({closed: 0, nowhere: 0})
        await bob.is_alive()
        assert not bob.inbox


async def test_reading_moves_what_is_unread_and_never_back(server, room):
    async def seen_by(person: str) -> tuple[int, int]:
        async with server.client(person) as somebody:
            (found,) = [each for each in somebody.welcome["rooms"] if each["id"] == room]
            return found["read_seq"], found["unread"]

    joined, unread = await seen_by("carla")
    assert unread == 0
    await filled(server, room, 3)
    head = server.head(room)
    assert await seen_by("carla") == (joined, 3)
    assert (await seen_by("bob"))[1] == 0, "one's own messages are not unread"
    async with server.client("carla") as carla:
        for seq, then in ((head - 1, (head - 1, 1)), (joined, (head - 1, 1)), (0, (head - 1, 1)), (10**12, (head, 0))):
            await carla.send({"type": "read", "room": room, "seq": seq})
            await carla.is_alive()
            assert await seen_by("carla") == then


async def test_rooms_tell_when_something_was_said_last(server, room):
    async def active_at() -> str:
        async with server.client("carla") as carla:
            (found,) = [each for each in carla.welcome["rooms"] if each["id"] == room]
            return str(found["active_at"])

    made = server.database.value("SELECT created_at FROM chat_room WHERE id = %s", [room])
    assert datetime.fromisoformat(await active_at()) == datetime.fromisoformat(f"{made}").replace(tzinfo=UTC)
    async with server.client("bob") as bob:
        await bob.say(room, "First")
        ack = await bob.say(room, "Second")
    assert await active_at() == ack["at"]


async def test_frames_have_the_shape_of_the_golden_ones(server, room, golden):
    def shape(value: object) -> object:
        if isinstance(value, dict):
            return {name: shape(inner) for name, inner in value.items()}
        return [shape(inner) for inner in value[:1]] if isinstance(value, list) else None

    async with server.client("bob") as bob:
        ack = await bob.say(room, "Look at me.")
        await bob.send({"type": "history", "room": room})
        assert shape({**bob.welcome, "online": []}) == shape(golden["welcome"])
        assert shape(ack) == shape(golden["ack"])
        assert shape(await bob.take("events")) == shape(golden["events, a message"])
        assert shape(await bob.take("page")) == shape(golden["page"])
        await bob.send({"type": "sync", "room": room, "after": 0, "limit": 1})
        assert shape(await bob.take("events")) == shape(golden["events, members and a new name"])
        await bob.send({"type": "history", "room": 10**9})
        assert shape(await bob.take("error")) == shape(golden["error, about something"])
        await bob.send({"type": "sync", "room": room, "after": ack["seq"]})
        nothing = await bob.take("events")
        assert (nothing["from"], nothing["to"], nothing["events"]) == (ack["seq"] + 1, ack["seq"], [])


async def test_a_page_is_no_longer_than_a_frame_should_be(server, room):
    async with server.client("bob") as bob:
        for number in range(20):
            await bob.say(room, f"{number:02} " + "x" * 15_000)
        found: list[str] = []
        before = None
        more = True
        while more:
            await bob.send({"type": "history", "room": room, "limit": 50, **({"before": before} if before else {})})
            page = await bob.take("page")
            assert 1 <= len(page["messages"]) <= 12
            found = [message["body"][:2] for message in page["messages"]] + found
            before, more = page["messages"][0]["seq"], page["more"]
        assert found == [f"{number:02}" for number in range(20)]
        page = await asked(bob, room, around=server.head(room) - 10, limit=50)
        assert 1 <= len(page["messages"]) <= 12
        assert page["more"]
        assert page["newer"]
