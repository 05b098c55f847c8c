"""A machine without the wheel: its own SQLite serves, and if that has the WAL-reset bug, it is said."""

from __future__ import annotations

import subprocess
import sys

import pytest

from storage.checks import SAFE_SQLITE
from tests.support.environment import manage

pytestmark = pytest.mark.sqlite_only("it is about the library")


@pytest.fixture
def no_wheel(tmp_path) -> dict[str, str]:
    """What makes a process find no pysqlite3."""
    folder = tmp_path / "no-wheel"
    folder.mkdir()
    (folder / "pysqlite3.py").write_text("raise ImportError('there is no wheel for this machine')\n")
    return {"PYTHONPATH": str(folder)}


@pytest.fixture
def own_version() -> tuple[int, ...]:
    """The version of the SQLite that Python itself came with."""
    command = [sys.executable, "-c", "import sqlite3; print(sqlite3.sqlite_version)"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return tuple(int(part) for part in said.split("."))


async def test_it_serves_all_the_same_and_says_if_that_is_unsafe(start_server, no_wheel, own_version):
    server = start_server(**no_wheel)
    said = manage("check", env=server.environment)
    assert said.returncode == 0
    assert ("WAL-reset bug" in said.stderr) == (own_version < SAFE_SQLITE)
    room = server.new_room()
    async with server.client("bob") as bob, server.client("carla") as carla:
        sent = [await bob.post(room, f"{number}") for number in range(50)]
        await bob.until_answered(sent)
        message = bob.acks[sent[0]][0]["id"]
        edit = {"type": "edit", "client_id": "edit", "message": message, "body": "Changed"}
        await bob.send(edit)
        await bob.until_answered(["edit"])
        await carla.until_seen(room, server.head(room))
        await carla.send({"type": "history", "room": room})
        page = await carla.take("page")
        assert [message["body"] for message in page["messages"]] == ["Changed", *(f"{n}" for n in range(1, 50))]
    assert server.database.damage() == []
