"""Clients that stall, and disks that are full."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.raw import connect, is_closed
from tests.support.server import Server
from tests.uploads.conftest import SERVERS
from tests.uploads.test_tus import half_of, head_of, refused, sum_of, wait_for
from tests.uploads.tus import BASE, Tus, kept


@pytest.fixture(scope="module", params=SERVERS)
def server(request, world, tmp_path_factory) -> Iterator[Server]:
    """One that has little patience."""
    server = Server(world, tmp_path_factory.mktemp("module") / "server", SERVER=request.param, REQUEST_SECONDS="1")
    server.start()
    yield server
    server.stop()
    server.remove()
    server.check_log()


def test_who_stalls_is_cut_off_and_what_came_is_kept(server, bob, room):
    path = bob.begun(room, 10)
    with closing(connect(server)) as slow:
        slow.sendall(half_of(server, path))
        assert is_closed(slow)
    wait_for(lambda: bob.offset(path) == 5)
    assert bob.send(path, 5, b"56789").status_code == 204
    assert kept(server, path) == b"0123456789"


SLOW_DISK = """
import runpy, sys, time
from pathlib import Path

from chat.files import parts

append = parts.Part.append


def wait_and_append(part, data):
    while Path({slow!r}).exists():
        time.sleep(0.01)
    append(part, data)


parts.Part.append = wait_and_append
sys.argv[0] = "manage.py"
runpy.run_path("manage.py", run_name="__main__")
"""


@pytest.mark.parametrize("kind", SERVERS)
def test_who_is_held_back_by_a_slow_disk_is_not_cut_off_for_it(start_server, kind, tmp_path):
    slow = tmp_path / "the disk is slow"
    slow.touch()
    program = ("-c", SLOW_DISK.format(slow=str(slow)))
    server = start_server(SERVER=kind, REQUEST_SECONDS="1", program=program)
    content = os.urandom(3_000_000)
    with Tus(server, "bob") as bob:
        path = bob.begun(server.world.everyone, len(content))
        with ThreadPoolExecutor(1) as thread:
            sending = thread.submit(bob.send, path, 0, content)
            wait_for((server.var / "uploads" / path.removeprefix(BASE)).exists)
            with closing(connect(server)) as silent:
                assert is_closed(silent)  # so long did it last
            slow.unlink()
            assert sending.result().status_code == 204
    assert kept(server, path) == content


def test_a_server_that_is_killed_has_what_came_but_nothing_that_was_not_compared_yet(server, bob, room):
    content = os.urandom(3_000_000)
    plain, checked = bob.begun(room, len(content)), bob.begun(room, len(content))
    parts = {path: server.var / "uploads" / path.removeprefix(BASE) for path in (plain, checked)}
    with closing(connect(server)) as one, closing(connect(server)) as other:
        one.sendall(head_of(server, plain, len(content)) + content[:2_000_000])
        other.sendall(
            head_of(server, checked, len(content), f"Upload-Checksum: {sum_of(content)}") + content[:2_000_000]
        )
        wait_for(lambda: size(parts[plain]) > 1_000_000)
        wait_for(lambda: size(parts[checked].with_name(f"{parts[checked].name}.unchecked")) > 1_000_000)
        server.kill()
    server.start()
    with Tus(server, "bob") as again:
        come = again.offset(plain)
        assert 1_000_000 < come <= 2_000_000
        assert again.send(plain, come, content[come:]).status_code == 204
        assert again.offset(checked) == 0
        assert again.send(checked, 0, content, Upload_Checksum=sum_of(content)).status_code == 204
    assert kept(server, plain) == kept(server, checked) == content


def size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


async def test_a_full_disk_refuses_files_and_the_chat_goes_on(start_server):
    server = start_server(DISK_RESERVE_MB="1000000")
    room, bob = server.world.everyone, server.world.people["bob"].id
    begun = secrets.token_urlsafe(16)
    with server.database.transaction() as write:
        now = server.database.seconds_ago("0")
        write(
            "INSERT INTO chat_file (id, owner_id, room_id, name, declared, type, description, bytes, place, created_at)"  # noqa: S608 - no text of others
            f" VALUES (%s, %s, %s, 'a', '', '', '', 10, 0, {now})",
            [begun, bob, room],
        )
    with Tus(server, "bob") as tus:
        refused(tus.begin(room, 10), 507, "storage")
        refused(tus.send(BASE + begun, 0, b"0123456789"), 507, "storage")
        assert tus.offset(BASE + begun) == 0
    async with server.client("bob") as client:
        await client.say(room, "Still here")
