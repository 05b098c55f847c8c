"""What goes from the disk, and when."""

from __future__ import annotations

import os

from tests.uploads.test_tus import wait_for
from tests.uploads.tus import BASE, kept


def stored(server) -> set[str]:
    return {path.name for path in (server.var / "files").rglob("*") if path.is_file()}


def contents(server) -> int:
    return int(server.database.value("SELECT count(*) FROM chat_content"))


async def test_the_bytes_of_a_deleted_message_go_unless_another_has_the_same(server, bob, carla, room):
    content = os.urandom(4000)
    before = stored(server)
    paths = [person.begin(room, len(content), content).headers["Location"] for person in (bob, carla)]
    (name,) = stored(server) - before
    ids = [path.removeprefix(BASE) for path in paths]
    async with server.client("bob") as one, server.client("carla") as other:
        first = await one.say(room, "", files=[ids[0]])
        second = await other.say(room, "", files=[ids[1]])
        await one.send({"type": "delete", "client_id": one.new_id(), "message": first["id"]})
        wait_for(lambda: not server.rows("SELECT 1 FROM chat_file WHERE id = %s", [ids[0]]))
        assert kept(server, paths[1]) == content
        await other.send({"type": "delete", "client_id": other.new_id(), "message": second["id"]})
        wait_for(lambda: name not in stored(server))
    wait_for(lambda: not server.rows("SELECT 1 FROM chat_content WHERE key LIKE %s", [f"%{name}"]))


def test_an_upload_that_is_ended_lets_go_of_its_bytes(server, bob, room):
    before = stored(server)
    path = bob.begin(room, 4000, os.urandom(4000)).headers["Location"]
    (name,) = stored(server) - before
    assert bob.ask("DELETE", path).status_code == 204
    wait_for(lambda: name not in stored(server))


def test_after_a_day_what_was_not_sent_is_gone(server, bob, room):
    unfinished, finished = bob.begun(room, 10), bob.begin(room, 9, b"forgotten").headers["Location"]
    bob.send(unfinished, 0, b"01234")
    fresh = bob.begun(room, 10)
    bob.send(fresh, 0, b"01234")
    orphan = server.var / "uploads" / ("o" * 22)
    orphan.write_bytes(b"of a row that is gone")
    os.utime(orphan, (0, 0))
    name = server.database.value(
        "SELECT key FROM chat_content c JOIN chat_file f ON f.content_id = c.id WHERE f.id = %s",
        [finished.removeprefix(BASE)],
    )
    yesterday = server.database.seconds_ago("86500")
    with server.database.transaction() as write:
        for path in (unfinished, finished):
            write(f"UPDATE chat_file SET created_at = {yesterday} WHERE id = %s", [path.removeprefix(BASE)])  # noqa: S608 - no text of others
    bob.ask("DELETE", bob.begun(room, 1))  # it sweeps then
    wait_for(lambda: not (server.var / "files" / name).exists())
    wait_for(lambda: not orphan.exists())
    for path in (unfinished, finished):
        assert bob.ask("HEAD", path).status_code == 404
        assert not (server.var / "uploads" / path.removeprefix(BASE)).exists()
    assert bob.offset(fresh) == 5
