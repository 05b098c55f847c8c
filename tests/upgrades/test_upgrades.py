"""A database that a release wrote, under today's server: what was sent then and is sent again is the same message.

`record.py` made the files, with each release's own server.
"""

from __future__ import annotations

import json
import lzma
from pathlib import Path
from typing import Any

import pytest

from tests.support.client import Client
from tests.support.environment import manage, succeed
from tests.support.server import Server

pytestmark = pytest.mark.sqlite_only("releases before this one knew no other engine")

HERE = Path(__file__).parent
RELEASES = sorted(file.stem for file in HERE.glob("*.json"))


@pytest.fixture(scope="module", params=RELEASES)
def story(request) -> dict[str, Any]:
    """Who said what to that release, in order, and the ack of each."""
    recorded: dict[str, Any] = json.loads((HERE / f"{request.param}.json").read_text())
    return {**recorded, "release": request.param, "database": HERE / f"{request.param}.sqlite3.xz"}


@pytest.fixture
def upgraded(story, start_server) -> Server:
    """Today's server on that release's database, upgraded."""

    def upgrade(server: Server) -> None:
        server.database.file.write_bytes(lzma.decompress(story["database"].read_bytes()))
        succeed(manage("migrate", "--verbosity", "0", env=server.environment))

    server: Server = start_server(before=upgrade)
    return server


async def test_what_was_sent_to_a_release_and_is_sent_again_after_the_upgrade_is_the_same_message(story, upgraded):
    before = upgraded.rows("SELECT id, head FROM chat_room ORDER BY id")
    for person, session in story["sessions"].items():
        said = [each for each in story["said"] if each["person"] == person]
        async with Client(upgraded.address, session) as client:
            for each in said:
                await client.send(each["frame"])
            for each in said:
                assert await client.take(client_id=each["frame"]["client_id"]) == {**each["ack"], "duplicate": True}
    assert upgraded.rows("SELECT id, head FROM chat_room ORDER BY id") == before


async def test_other_content_under_a_client_id_of_a_release_is_a_conflict(story, upgraded):
    bob = [each["frame"] for each in story["said"] if each["person"] == "bob"]
    send = next(frame for frame in bob if frame["type"] == "send")
    edit = next(frame for frame in bob if frame["type"] == "edit")
    async with Client(upgraded.address, story["sessions"]["bob"]) as client:
        for frame in (send, edit):
            await client.send({**frame, "body": frame["body"] + " and more"})
            nack = await client.take("nack", client_id=frame["client_id"])
            assert (nack["code"], nack["retry"]) == ("conflict", False)
