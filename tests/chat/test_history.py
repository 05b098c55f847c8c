"""The history is cut: an older copy is put back, the log is lost. It is noticed, said, and everybody starts over."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support.changes import watched
from tests.support.client import Client
from tests.support.server import Server

FILE = pytest.mark.sqlite_only("an older copy is put in the place of the database's file, or what lies beside it")
BEGINS = "a new history begins"


def mark_of(server: Server) -> Path:
    return server.var / "posthorn.sqlite3-mark"


def until_marked(server: Server, room: int) -> dict[str, Any]:
    """Wait until the mark has all that was committed, and return it."""
    with watched(server.var) as changed:
        while True:
            file = mark_of(server)
            mark: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {"heads": {}}
            if mark["heads"].get(f"room {room}") == server.head(room):
                return mark
            changed()


async def say(client: Client, room: int, count: int, what: str) -> None:
    for number in range(count):
        await client.say(room, f"{what} {number}")


@FILE
async def test_a_backup_that_was_copied_back_begins_a_new_history(start_server):
    server = start_server(SERVER="uvicorn")
    room = server.new_room()
    async with server.client("bob") as bob:
        await say(bob, room, 2, "before")
        backup = server.database.backup()
        await say(bob, room, 5, "lost")
        before = until_marked(server, room)
        server.stop()
        shutil.copy(backup, server.database.file)
        server.start()
        assert server.log.count(BEGINS) == 1
        assert f"lacks 5 events (room {room}: {before['heads'][f'room {room}'] - 5} of" in server.log
        # Others write on under the old numbers before he is back: his cursor is beyond nothing.
        async with server.client("carla") as carla:
            await say(carla, room, 8, "anew")
        epoch = bob.welcome["epoch"]
        await bob.closed()
        await bob.connect()
        assert bob.welcome["epoch"] != epoch
        await bob.take("reset", room=room)
    server.restart()
    assert server.log.count(BEGINS) == 1, "the mark knows the new history"


@FILE
async def test_a_log_that_was_cut_is_said_at_the_start(start_server):
    server = start_server(SERVER="daphne")
    room = server.new_room()
    async with server.client("bob") as bob:
        await say(bob, room, 3, "acked")
        until_marked(server, room)
        server.kill()
        server.database.file.with_name(f"{server.database.file.name}-wal").unlink()
        server.start()
        assert server.log.count(BEGINS) == 1
        assert f"lacks 3 events (room {room}: " in server.log
        await bob.closed()
        await bob.connect()
        await bob.take("reset", room=room)


@FILE
async def test_whoever_is_connected_when_the_file_is_replaced_starts_over(start_server):
    server = start_server(SERVER="uvicorn")
    beside = start_server(SERVER="daphne", beside=server)
    room = server.new_room()
    async with server.client("bob") as bob, beside.client("carla") as carla:
        await say(bob, room, 2, "before")
        backup = server.database.backup()
        await say(bob, room, 5, "lost")
        await carla.until_seen(room, server.head(room))
        backup.rename(server.database.file)
        for client in (bob, carla):
            assert await client.closed() == 1012
            await client.connect()
            await client.take("reset", room=room)
        assert bob.welcome["epoch"] == carla.welcome["epoch"]
        ack = await bob.say(room, "under an old number")
        await carla.until_seen(room, ack["seq"])
        assert carla.bodies(room) == ["under an old number"]
    assert (server.log + beside.log).count(BEGINS) == 1


async def test_the_word_of_two_people_or_of_a_moderator_begins_a_new_history_but_not_that_of_one(start_server):
    server = start_server(SERVER="uvicorn")
    room = server.new_room()
    async with server.client("bob", hello=False) as liar:
        welcome = await liar.hello()
        epoch = welcome["epoch"]
    for _ in range(3):
        async with server.client("bob", hello=False) as liar:
            await liar.hello({room: 1000}, epoch)
            await liar.take("reset", room=room)
            await liar.is_alive()
    async with server.client("carla") as carla:
        assert carla.welcome["epoch"] == epoch
    assert server.log.count("user") == 1
    async with server.client("carla", hello=False) as carla:
        await carla.hello({room: 1000}, epoch)
        assert await carla.closed() == 1012
    async with server.client("carla") as carla:
        later = carla.welcome["epoch"]
        assert later != epoch
    # Once an hour is enough, even for the owner.
    async with server.client("alice", hello=False) as alice:
        await alice.hello({room: 1000}, later)
        await alice.is_alive()
    async with server.client("alice") as alice:
        assert alice.welcome["epoch"] == later


async def test_a_restart_after_which_nothing_is_missing_keeps_the_history(start_server):
    server = start_server()
    room = server.new_room()
    async with server.client("bob") as bob:
        await say(bob, room, 3, "kept")
        epoch = bob.welcome["epoch"]
    server.kill()
    server.start()
    server.restart()
    async with server.client("bob") as bob:
        assert bob.welcome["epoch"] == epoch
    assert BEGINS not in server.log
    (mark,) = server.var.glob("*-mark")
    assert mark.stat().st_mode & 0o777 == 0o600


@FILE
async def test_where_the_mark_cannot_be_written_the_server_starts_and_says_so_and_writes_it_later(start_server):
    def keep_from_being_marked(server: Server) -> None:
        mark_of(server).with_name(f"{mark_of(server).name}.new").mkdir()

    server = start_server(before=keep_from_being_marked)
    assert "What lies beside the database cannot be written, trying again" in server.log
    room = server.new_room()
    async with server.client("bob") as bob:
        await say(bob, room, 3, "kept")
        assert not mark_of(server).exists()
        mark_of(server).with_name(f"{mark_of(server).name}.new").rmdir()
        until_marked(server, room)
        epoch = bob.welcome["epoch"]
    server.restart()
    async with server.client("bob") as bob:
        assert bob.welcome["epoch"] == epoch
