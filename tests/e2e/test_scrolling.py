"""A hundred thousand messages: the page stays small, and the line one reads stays where it is."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e.desk import Desk
from tests.support.client import Client
from tests.support.server import Server

pytestmark = pytest.mark.any_engine("what a history holds, tests of the socket say; here it is scrolled")

MANY = 100_000
BOUND = 310
"""More messages than this are never on the page."""
FILL = """
    WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count})
    INSERT INTO chat_message (room_id, sender_id, client_id, seq, body, digest, created_at)
    SELECT {room}, CASE n / 7 % 2 WHEN 1 THEN {bob} ELSE {carla} END, 'seed-{room}-' || n, {head} + n,
        'Message ' || n || CASE n % 9 WHEN 0 THEN '\nwith a second line\nand a third' ELSE '' END, 'x', {written}
    FROM n
"""
LOG = """
    INSERT INTO chat_event (room_id, seq, kind, actor_id, message_id, at)
    SELECT room_id, seq, 'message', sender_id, id, created_at FROM chat_message WHERE room_id = {room} AND seq > {head}
"""


def fill(server: Server, room: int, count: int) -> int:
    """Let the room have this many messages, of bob's and carla's; returns the `seq` before the first of them."""
    head = server.head(room)
    people = {name: server.world.people[name].id for name in ("bob", "carla")}
    written = server.database.seconds_ago(f"({count} - n) * 40")
    with server.database.transaction() as execute:
        execute(FILL.format(room=room, head=head, count=count, written=written, **people))
        execute(LOG.format(room=room, head=head))
        execute("UPDATE chat_room SET head = %s WHERE id = %s", [head + count, room])
        execute("UPDATE chat_membership SET read_seq = %s WHERE room_id = %s", [head + count, room])
    return head


@pytest.fixture(scope="module")
def long_room(server) -> int:
    room = server.new_room()
    fill(server, room, MANY)
    return int(room)


FIRST_IS_BEFORE = "(seq) => Number(document.querySelector('.message').dataset.seq) < seq"


async def shown(desk: Desk) -> list[int]:
    """The seqs on the page, from top to bottom."""
    return [int(seq) for seq in await desk.messages.evaluate_all("(all) => all.map((one) => one.dataset.seq ?? 0)")]


async def in_sight(desk: Desk) -> tuple[int, float]:
    """The first message that is fully in sight, and how far its text is from the top of the box."""
    seq, top = await desk.page.evaluate(
        """() => {
            const edge = document.querySelector("#messages").getBoundingClientRect().top;
            for (const node of document.querySelectorAll(".message .message-body")) {
                const { top } = node.getBoundingClientRect();
                if (top >= edge) return [Number(node.closest(".message").dataset.seq), top - edge];
            }
        }"""
    )
    return int(seq), float(top)


async def top_of(desk: Desk, seq: int) -> float:
    return float(
        await desk.page.evaluate(
            """(seq) => document.querySelector(`.message[data-seq="${seq}"] .message-body`).getBoundingClientRect().top
                - document.querySelector("#messages").getBoundingClientRect().top""",
            seq,
        )
    )


async def scroll_to(desk: Desk, where: str) -> None:
    """To "top" or "end" of what is on the page, as far as it goes at this moment."""
    await desk.page.evaluate(
        """(top) => new Promise((done) => {
            const box = document.querySelector("#messages");
            box.scrollTop = top ? 0 : box.scrollHeight;
            requestAnimationFrame(() => requestAnimationFrame(done));
        })""",
        where == "top",
    )


async def test_scrolling_back_through_very_many_messages_keeps_the_page_small_and_without_gaps(
    server, long_room, sit_down
):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{long_room}/")
    await expect(bob.bubble(f"Message {MANY}")).to_be_in_viewport()
    head = server.head(long_room)
    nodes: list[int] = []
    while len(nodes) < 20:
        before = (await shown(bob))[0]
        await scroll_to(bob, "top")
        await bob.page.wait_for_function(FIRST_IS_BEFORE, arg=before)
        seqs = await shown(bob)
        assert seqs == list(range(seqs[0], seqs[-1] + 1))
        assert len(seqs) <= BOUND
        nodes.append(await bob.page.evaluate("document.querySelectorAll('#messages *').length"))
    assert seqs[-1] < head, "what is far below is let go of"
    assert max(nodes) < 20 * BOUND

    # And back again by the pages after.
    while (await shown(bob))[-1] < head:
        last = (await shown(bob))[-1]
        await scroll_to(bob, "end")
        await bob.page.wait_for_function(
            "(last) => Number([...document.querySelectorAll('.message')].at(-1).dataset.seq) > last", arg=last
        )
        seqs = await shown(bob)
        assert seqs == list(range(seqs[0], seqs[-1] + 1))
        assert len(seqs) <= BOUND
    await scroll_to(bob, "end")
    await expect(bob.page.locator(".jump-button.down")).to_be_hidden()


async def test_the_line_one_reads_stays_where_it_is_while_pages_come_and_go(server, long_room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{long_room}/")
    await expect(bob.bubble(f"Message {MANY}")).to_be_in_viewport()
    for where in ("top",) * 8 + ("end",) * 3:
        bob.line.to_page = lambda frame: frame["type"] != "page"
        await scroll_to(bob, where)
        await bob.line.holds()
        seq, top = await in_sight(bob)
        first, last = (await shown(bob))[0], (await shown(bob))[-1]
        bob.line.release()
        await bob.page.wait_for_function(
            """([first, last]) => {
                const seqs = [...document.querySelectorAll(".message")].map((one) => Number(one.dataset.seq));
                return seqs[0] < first || seqs.at(-1) > last;
            }""",
            arg=[first, last],
        )
        assert await top_of(bob, seq) == pytest.approx(top, abs=2)


async def test_what_grows_above_does_not_move_what_one_reads(server, room, sit_down):
    fill(server, room, 60)
    bob, carla = await sit_down("bob", server), await sit_down("carla", server)
    for person in (bob, carla):
        await person.open(f"/rooms/{room}/")
        await expect(person.bubble("Message 60")).to_be_in_viewport()
    await bob.page.evaluate("document.querySelector('#messages').scrollTop -= 600")
    await expect(bob.page.locator(".jump-button.down")).to_be_visible()
    seq, top = await in_sight(bob)
    above = bob.page.locator(f".message[data-seq='{seq - 8}']")
    (id_,) = server.rows("SELECT id FROM chat_message WHERE room_id = %s AND seq = %s", [room, seq - 8])[0]
    async with server.client("carla") as other:
        client_id = other.new_id()
        await other.send({"type": "react", "client_id": client_id, "message": id_, "emoji": "🎉", "on": True})
        await other.until_answered([client_id])
    await expect(above.locator(".reaction")).to_be_attached()
    assert await top_of(bob, seq) == pytest.approx(top, abs=2)


async def test_who_reads_far_up_is_told_how_many_are_new_and_gets_to_them_by_a_button(server, room, sit_down):
    fill(server, room, 600)
    bob, carla = await sit_down("bob", server), await sit_down("carla", server)
    for person in (bob, carla):
        await person.open(f"/rooms/{room}/")
        await expect(person.bubble("Message 600")).to_be_in_viewport()
    jump = bob.page.locator(".jump-button.down")
    head = server.head(room)
    while (await shown(bob))[-1] == head:
        before = (await shown(bob))[0]
        await scroll_to(bob, "top")
        await bob.page.wait_for_function(FIRST_IS_BEFORE, arg=before)
    await expect(jump).to_have_text("↓ Jump to latest")
    reads = await in_sight(bob)

    for number in range(3):
        await carla.write(f"News {number}")
    await carla.shows("News 0", "News 1", "News 2")
    await expect(jump).to_have_text("↓ 3 new messages")
    await expect(bob.bubble("News 2")).to_have_count(0)
    assert await in_sight(bob) == reads
    await expect(bob.page.locator(f"#rooms a[data-room-id='{room}'] .unread")).to_have_text("3")

    await jump.click()
    await expect(bob.bubble("News 2")).to_be_in_viewport()
    await expect(jump).to_be_hidden()
    await bob.shows("Message 600", "News 0", "News 1", "News 2")
    await expect(bob.page.locator(f"#rooms a[data-room-id='{room}'] .unread")).to_be_hidden()
    await carla.write("And it goes on")
    await expect(bob.bubble("And it goes on")).to_be_in_viewport()


async def test_who_writes_while_far_up_sees_what_they_wrote_at_the_end(server, room, sit_down):
    fill(server, room, 600)
    bob, carla = await sit_down("bob", server), await sit_down("carla", server)
    for person in (bob, carla):
        await person.open(f"/rooms/{room}/")
        await expect(person.bubble("Message 600")).to_be_in_viewport()
    head = server.head(room)
    while (await shown(bob))[-1] == head:
        before = (await shown(bob))[0]
        await scroll_to(bob, "top")
        await bob.page.wait_for_function(FIRST_IS_BEFORE, arg=before)
    await carla.write("Carla was faster")
    await carla.shows("Carla was faster")
    # The ack may come before the newest page or after it.
    bob.line.to_page = lambda frame: frame["type"] != "page"
    bubble = await bob.write("At the end")
    await expect(bubble).to_have_attribute("data-message-id", re.compile(r"\d"))
    stored = server.rows("SELECT id FROM chat_message WHERE body = 'At the end'")[0][0]
    await expect(bubble).to_have_attribute("data-message-id", str(stored))
    mark = await bubble.evaluate_handle("(node) => node")
    bob.line.release()
    await expect(bubble).to_be_in_viewport()
    await bob.shows("Message 600", "Carla was faster", "At the end")
    assert await mark.evaluate("(node) => node.isConnected"), "the same node as from the first moment"
    await expect(bob.page.locator(".jump-button.down")).to_be_hidden()


async def test_new_messages_are_marked_where_they_begin(server, room, sit_down):
    fill(server, room, 30)
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await expect(bob.bubble("Message 30")).to_be_in_viewport()
    await expect(bob.page.locator(".unread-line")).to_have_count(0)
    await bob.page.goto("about:blank")
    async with server.client("carla") as carla:
        for number in range(40):
            await carla.say(room, f"While you were away {number}")
    await bob.open(f"/rooms/{room}/")
    line = bob.page.locator(".unread-line")
    await expect(line).to_be_in_viewport()
    await expect(bob.messages.filter(has=line)).to_contain_text("While you were away 0")
    await expect(bob.page.locator(".jump-button.down")).to_have_text("↓ 40 new messages")
    await bob.page.locator(".jump-button.down").click()
    await expect(bob.bubble("While you were away 39")).to_be_in_viewport()
    await expect(bob.page.locator(f"#rooms a[data-room-id='{room}'] .unread")).to_be_hidden()


async def test_more_than_anybody_reads_is_opened_at_its_end_and_a_button_leads_to_where_it_begins(
    server, room, sit_down
):
    fill(server, room, 30)
    async with server.client("carla") as carla:
        for number in range(150):
            await carla.say(room, f"While you were away {number}")
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    up, down = bob.page.locator(".jump-button.up"), bob.page.locator(".jump-button.down")
    await expect(bob.bubble("While you were away 149")).to_be_in_viewport()
    await expect(up).to_have_text("↑ To the first new message")
    await up.click()
    line = bob.page.locator(".unread-line")
    await expect(line).to_be_in_viewport()
    await expect(bob.messages.filter(has=line)).to_contain_text("While you were away 0")
    await expect(up).to_be_hidden()
    await down.click()
    await expect(bob.bubble("While you were away 149")).to_be_in_viewport()
    await expect(bob.bubble("While you were away 0")).to_have_count(0)
    await expect(up).to_be_hidden()


async def test_a_visited_room_is_opened_at_what_is_new_in_it(server, room, sit_down):
    other = server.new_room()
    fill(server, room, 30)
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await expect(bob.bubble("Message 30")).to_be_in_viewport()
    await bob.open_room(other)
    unread = bob.page.locator(f"#rooms a[data-room-id='{room}'] .unread")
    async with server.client("carla") as carla:
        for number in range(20):
            await carla.say(room, f"Meanwhile {number}")
    await expect(unread).to_have_text("20")
    await bob.open_room(room)
    await expect(bob.page.locator(".unread-line")).to_be_in_viewport()
    await expect(bob.messages.filter(has=bob.page.locator(".unread-line"))).to_contain_text("Meanwhile 0")
    await expect(unread).to_have_text("20")
    await scroll_to(bob, "end")
    await expect(unread).to_be_hidden()


async def test_what_others_did_while_one_was_offline_is_all_there_afterwards(server, room, sit_down):
    fill(server, room, 80)
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await expect(bob.bubble("Message 80")).to_be_in_viewport()
    bob.expected = ["ERR_INTERNET_DISCONNECTED", "WebSocket connection"]
    # Deaf first, so that what is on its way when the line breaks is lost as well.
    bob.line.to_page = lambda frame: False
    async with server.client("carla") as carla, server.client("alice") as alice:
        ids = [row[0] for row in server.rows("SELECT id FROM chat_message WHERE room_id = %s ORDER BY seq", [room])]
        for number in range(500):
            who = (carla, alice)[number % 3 == 0]
            ids.append((await who.say(room, f"Missed {number}"))["id"])
            if number % 7 == 0:
                await change(carla, "edit", message=ids[79 + number], body=f"Changed {number}")
            if number % 11 == 0:
                await change(alice, "delete", message=ids[60 + number])
            if number % 5 == 0:
                await change(alice, "react", message=ids[-1], emoji="👍", on=True)
        await alice.until_seen(room, server.head(room))
    bob.line.held.clear()
    bob.line.to_page = lambda frame: True
    await bob.line.cut()
    await bob.is_connected()

    await expect(bob.bubble("Missed 499")).to_be_in_viewport()
    rows = dict(server.rows(STATE, [room]))
    seen: dict[int, str] = {}
    while not seen or min(seen) > min(rows):
        shows = {int(seq): text for seq, text in await bob.page.evaluate(SHOWN_STATE)}
        assert list(shows) == [seq for seq in rows if min(shows) <= seq <= max(shows)], "no gap"
        seen |= shows
        if min(seen) > min(rows):
            first = min(shows)
            await scroll_to(bob, "top")
            await bob.page.wait_for_function(FIRST_IS_BEFORE, arg=first)
    assert seen == rows


STATE = """
    SELECT seq, CASE WHEN deleted_at IS NOT NULL THEN 'This message was deleted.' ELSE body
        || CASE WHEN edited_at IS NULL THEN '' ELSE ' (edited)' END
        || CASE WHEN EXISTS (SELECT 1 FROM chat_reaction WHERE message_id = m.id) THEN ' 👍1' ELSE '' END END
    FROM chat_message m WHERE room_id = %s ORDER BY seq
"""
SHOWN_STATE = """
    () => [...document.querySelectorAll(".message")].map((one) => [
        one.dataset.seq,
        one.querySelector(".message-body").innerText
            + (one.querySelector(".message-edited") ? " (edited)" : "")
            + [...one.querySelectorAll(".reaction")].map((reaction) => " " + reaction.textContent).join(""),
    ])
"""


async def change(client: Client, kind: str, **fields: Any) -> str:
    """Edit, delete or react, without waiting whether it is taken: some of it is refused."""
    client_id = client.new_id()
    await client.send({"type": kind, "client_id": client_id, **fields})
    await client.until(lambda: client_id in client.acks or client_id in client.nacks)
    return client_id


async def test_what_happens_while_a_page_is_on_its_way_is_not_lost(server, room, sit_down):
    fill(server, room, 10)
    bob = await sit_down("bob", server)
    bob.line.to_page = lambda frame: frame["type"] != "page"
    await bob.open(f"/rooms/{room}/")
    await bob.line.holds()
    id_ = server.rows("SELECT id FROM chat_message WHERE room_id = %s AND body = 'Message 10'", [room])[0][0]
    async with server.client("bob") as elsewhere, server.client("carla") as carla:
        await change(carla if sent_by_carla(server, id_) else elsewhere, "edit", message=id_, body="Message ten")
        await carla.say(room, "Meanwhile")
    await expect(bob.page.locator(f"#rooms a[data-room-id='{room}'] .unread")).to_have_text("1")
    bob.line.release()
    await bob.shows("Message ten", "Meanwhile")


def sent_by_carla(server: Server, message: int) -> bool:
    sender = server.rows("SELECT sender_id FROM chat_message WHERE id = %s", [message])[0][0]
    return bool(sender == server.world.people["carla"].id)
