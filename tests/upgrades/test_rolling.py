"""An upgrade while people talk: the release before goes on, on a database that today's migrations have been applied to.

Its code comes from the repository's own history.
"""

from __future__ import annotations

import lzma
import subprocess
import tarfile
from io import BytesIO

import pytest

from tests.support.api import Api
from tests.support.client import Client
from tests.support.environment import ROOT, manage, succeed
from tests.support.server import Server
from tests.upgrades.test_upgrades import story  # noqa: F401 - a fixture, once for each release

pytestmark = pytest.mark.sqlite_only("releases before this one knew no other engine")


@pytest.fixture
def release(story, tmp_path):  # noqa: F811 - likewise
    """That release's code."""
    archive = subprocess.run(["git", "archive", story["release"]], cwd=ROOT, check=False, capture_output=True)
    if archive.returncode != 0:
        pytest.skip(f"this checkout has no {story['release']} in its history: {archive.stderr.decode().strip()}")
    folder = tmp_path / "release"
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    return folder


@pytest.fixture
def old_and_new(story, release, start_server) -> tuple[Server, Server]:  # noqa: F811 - likewise
    """A process of that release and one of today's, on one database that has been upgraded."""

    def upgrade(server: Server) -> None:
        server.database.file.write_bytes(lzma.decompress(story["database"].read_bytes()))
        succeed(manage("migrate", "--verbosity", "0", env=server.environment))

    new = start_server(before=upgrade)
    return start_server(beside=new, program=(str(release / "manage.py"),)), new


async def test_the_release_before_goes_on_beside_the_new_one(story, old_and_new):  # noqa: F811 - likewise
    old, new = old_and_new
    sends = [each for each in story["said"] if each["person"] == "bob" and each["frame"]["type"] == "send"]
    room = sends[0]["frame"]["room"]
    async with (
        Client(old.address, story["sessions"]["bob"]) as bob,
        Client(new.address, story["sessions"]["carla"]) as carla,
    ):
        said = [await bob.say(room, "From the old one"), await carla.say(room, "From the new one")]
        for person, message in ((bob, said[0]), (carla, said[1])):
            for change in (
                {"type": "edit", "message": message["id"], "body": "Changed"},
                {"type": "react", "message": message["id"], "emoji": "👍", "on": True},
                {"type": "delete", "message": message["id"]},
            ):
                client_id = person.new_id()
                await person.send({**change, "client_id": client_id})
                await person.take("ack", client_id=client_id)
        for person in (bob, carla):
            await person.until_seen(room, new.head(room))
        heard = [[(event["seq"], event["kind"]) for event in person.logs[room].events] for person in (bob, carla)]
        assert heard[0] == heard[1]
        assert [kind for _, kind in heard[0]] == ["message", "message", *["edit", "reaction", "delete"] * 2]
        # What was sent to the one before the upgrade is known to both.
        for person in (bob, carla):
            await person.is_alive()
        await bob.send(sends[0]["frame"])
        again = await bob.take("ack", client_id=sends[0]["frame"]["client_id"])
        assert again == {**sends[0]["ack"], "duplicate": True}


async def test_a_room_that_is_made_at_the_new_one_is_heard_and_spoken_in_at_the_one_before(story, old_and_new):  # noqa: F811 - likewise
    old, new = old_and_new
    sessions = story["sessions"]
    async with Client(old.address, sessions["carla"]) as carla, Client(new.address, sessions["bob"]) as bob:
        async with Api(new, session=sessions["bob"]) as api:
            made = (await api.post("/api/rooms/", {"name": "Made at the new one", "kind": "open"}, 201))["id"]
        await carla.until(lambda: made in carla.logs)
        ack = await carla.say(made, "Here already")
        await bob.until_seen(made, ack["seq"])
        assert bob.bodies(made) == ["Here already"]
