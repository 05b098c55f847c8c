"""How people go: there is always an owner who can get in, and whoever is deleted is out at once, under no name."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.chat.test_accounts import submit

OWNERS = "SELECT count(*) FROM chat_user WHERE is_active AND is_staff AND is_superuser"


def test_of_two_last_owners_who_leave_at_once_one_stays(start_server):
    server = start_server()
    with (
        server.browser("alice") as alice,
        server.browser("bob") as bob,
        ThreadPoolExecutor() as threads,
    ):
        for _ in range(8):
            server.database.execute(
                "UPDATE chat_user SET is_active = true, is_staff = true, is_superuser = true WHERE username <> 'carla'"
            )
            leaving = [
                threads.submit(
                    submit,
                    browser,
                    f"/admin/chat/user/{server.world.people[name].id}/change/",
                    username=name,
                    name=name,
                    is_active="on",
                    is_staff="on",
                )
                for name, browser in (("alice", alice), ("bob", bob))
            ]
            answers = sorted((each.result() for each in leaving), key=lambda answer: answer.status_code)
            assert [answer.status_code for answer in answers] == [200, 302]
            assert "This is the last account that can run this server." in answers[0].text
            assert server.rows(OWNERS) == [(1,)]


async def test_whoever_is_deleted_is_out_at_once_and_others_see_no_name(start_server):
    server = start_server()
    room = server.new_room()
    bob_id = server.world.people["bob"].id
    async with server.client("bob") as bob, server.client("carla") as carla:
        await bob.say(room, "My last word")
        with server.browser("alice") as alice:
            answer = submit(alice, f"/admin/chat/user/{bob_id}/delete/", post="yes")
        assert answer.status_code == 302
        assert await bob.closed() == 4401
        await carla.until_seen(room, server.head(room))
        event = carla.logs[room].events[-1]
        assert event["member"] == {"id": bob_id, "name": "Deleted account", "joined": False}
    async with server.client("carla") as carla:
        await carla.send({"type": "history", "room": room})
        (said,) = (await carla.take("page"))["messages"]
        assert (said["body"], said["sender"]) == ("My last word", {"id": bob_id, "name": "Deleted account"})
    for room, head in server.rows("SELECT id, head FROM chat_room"):
        seqs = server.rows("SELECT seq FROM chat_event WHERE room_id = %s ORDER BY seq", [room])
        assert [seq for (seq,) in seqs] == list(range(1, head + 1))
