"""The database's file is moved, deleted or replaced under a running server: nothing is acknowledged that is lost."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress

import pytest

from tests.support.client import Client, Closed
from tests.support.server import Server

pytestmark = pytest.mark.sqlite_only("it moves the database's file")

LOST = "the file is gone or replaced"
SERVERS = [("daphne", "1"), ("uvicorn", "0")]
OTHERS = [("uvicorn", "1"), ("daphne", "0")]


@pytest.fixture
def start(start_server: Callable[..., Server]) -> Callable[[str, str], Server]:
    def start_one(kind: str, workers: str) -> Server:
        return start_server(SERVER=kind, STORAGE_WORKERS=workers)

    return start_one


async def answered(client: Client, client_id: str) -> None:
    """Wait for an ack or a nack."""
    await client.until(lambda: client_id in client.nacks or client_id in client.acks)


async def refused(client: Client, room: int, count: int = 5) -> list[str]:
    """Send messages that cannot be stored now, each after the answer to the one before. Returns their client ids."""
    ids = []
    for number in range(count):
        client_id = await client.post(room, f"meanwhile {number}")
        await answered(client, client_id)
        assert client_id not in client.acks
        ids.append(client_id)
    codes = {client.nacks[client_id][0]["code"] for client_id in ids}
    assert codes <= {"storage", "order"}
    assert all(client.nacks[client_id][0]["retry"] for client_id in ids)
    assert client.nacks[ids[0]][0]["code"] == "storage"
    return ids


async def send_until_acked(client: Client, room: int, ids: list[str]) -> None:
    """As an outbox does: the first that is open again and again, and then what follows."""
    for number, client_id in enumerate(ids):
        while client_id not in client.acks:
            client.nacks.pop(client_id, None)
            if client.close_code is not None:
                await client.connect()
            with suppress(Closed):
                await client.post(room, f"meanwhile {number}", client_id)
                await answered(client, client_id)
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(("kind", "workers"), SERVERS)
async def test_a_file_that_is_moved_away_takes_no_message_and_once_it_is_back_all_go_on(start, kind, workers):
    server = start(kind, workers)
    room = server.new_room()
    elsewhere = server.var / "elsewhere.sqlite3"
    async with server.client("bob") as bob:
        before = [(await bob.say(room, f"before {number}"))["client_id"] for number in range(5)]
        server.database.file.rename(elsewhere)
        ids = await refused(bob, room)
        assert not server.database.file.exists()
        elsewhere.rename(server.database.file)
        await send_until_acked(bob, room, ids)
    assert [client_id for client_id, _ in server.messages(room)] == before + ids
    assert server.log.count(LOST) == 1


@pytest.mark.parametrize(("kind", "workers"), OTHERS)
async def test_a_deleted_file_takes_no_message_and_a_restored_backup_does(start, kind, workers):
    server = start(kind, workers)
    room = server.new_room()
    async with server.client("bob") as bob:
        before = [(await bob.say(room, f"before {number}"))["client_id"] for number in range(5)]
        backup = server.database.backup()
        await bob.say(room, "not in the backup")
        for file in server.var.glob("posthorn.sqlite3*"):
            file.unlink()
        ids = await refused(bob, room)
        assert not server.database.file.exists(), "nobody makes an empty one"
        shutil.move(backup, server.database.file)
        await send_until_acked(bob, room, ids)
    assert [client_id for client_id, _ in server.messages(room)] == before + ids
    assert server.log.count(LOST) == 1
    assert server.database.damage() == []


@pytest.mark.parametrize(("kind", "workers"), SERVERS + OTHERS)
async def test_a_file_that_is_replaced_at_once_is_gone_on_with_and_its_log_is_not_the_old_ones(start, kind, workers):
    server = start(kind, workers)
    room = server.new_room()
    old = server.var / "old.sqlite3"
    async with server.client("bob") as bob, server.client("carla") as carla:
        before = [(await bob.say(room, f"before {number}"))["client_id"] for number in range(5)]
        backup = server.database.backup()
        lost = [(await bob.say(room, f"not in the backup {number}"))["client_id"] for number in range(20)]
        old.hardlink_to(server.database.file)
        backup.rename(server.database.file)  # its log stays where it is
        ids = [bob.new_id() for _ in range(5)]
        await send_until_acked(bob, room, ids)
        await carla.close()
    assert [client_id for client_id, _ in server.messages(room)] == before + ids
    assert server.database.damage() == []
    assert server.log.count("another file lies there") == 1
    server.stop()
    # What was acknowledged before is where the file went, not in a log that nobody will find.
    with closing(sqlite3.connect(f"file:{old}?mode=ro", uri=True)) as connection:
        stored = connection.execute("SELECT client_id FROM chat_message WHERE room_id = ? ORDER BY seq", [room])
        assert [client_id for (client_id,) in stored] == before + lost


async def test_what_is_on_its_way_when_the_file_goes_is_acked_into_the_file_or_not_at_all(start):
    server = start("uvicorn", "1")
    room = server.new_room()
    elsewhere = server.var / "elsewhere.sqlite3"
    async with server.client("bob") as bob:
        moved = False
        sent: list[str] = []
        while not any(nack["code"] == "storage" for nacks in bob.nacks.values() for nack in nacks):
            sent.append(await bob.post(room, "quickly"))
            await bob.until(lambda: len(sent) - len(bob.acks.keys() | bob.nacks.keys()) < 30)  # the rest is on its way
            if len(bob.acks) > 40 and not moved:
                server.database.file.rename(elsewhere)
                moved = True
        acked = set(bob.acks)
        elsewhere.rename(server.database.file)
        assert acked <= {client_id for client_id, _ in server.messages(room)}


async def test_pages_do_not_make_an_empty_file_where_the_database_was(start_server):
    server = start_server()
    elsewhere = server.var / "elsewhere.sqlite3"
    with server.browser("bob") as browser:
        assert browser.get("/").status_code == 200
        server.database.file.rename(elsewhere)
        browser.get("/")
        assert not server.database.file.exists()
        elsewhere.rename(server.database.file)
        assert browser.get("/").status_code == 200
    server._log.write_text("")  # a page without its database is an error with a traceback, for now
