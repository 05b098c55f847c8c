"""Records what a release stored and answered, for `test_upgrades.py`. Run once for each release, in its checkout:

    PYTHONPATH=. .venv/bin/python /path/to/tests/upgrades/record.py /path/to/tests/upgrades/RELEASE

It starts that release's own server with its own test support, talks, and leaves `RELEASE.sqlite3.xz` (the database) and
`RELEASE.json` (who said what, in order, and the ack of each).
"""

from __future__ import annotations

import asyncio
import json
import lzma
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.support.api import Api
from tests.support.client import Client
from tests.support.server import Server, World

FAR = "2126-01-01 00:00:00"
BODIES = [
    "Hello",
    "  Grüße, 日本語, 👩🏽‍💻, \u202e and <b>&amp;</b>\r\n\t\"quoted\" 'n' \\ %s %%",
    '"kind":"room" and "joined":false are only words here',
    "long " * 200,
]

Said = list[dict[str, Any]]


async def converse(server: Server) -> Said:
    """Everything that is acknowledged durably, under known client ids."""
    said: Said = []
    room, left = server.new_room(), server.new_room()
    async with server.client("alice") as alice, server.client("bob") as bob, server.client("carla") as carla:

        async def does(person: str, **frame: Any) -> int:
            client: Client = {"alice": alice, "bob": bob, "carla": carla}[person]
            frame["client_id"] = f"{person}-{len(said)}"
            await client.send(frame)
            ack = await client.take("ack", client_id=frame["client_id"])
            assert not ack["duplicate"]
            said.append({"person": person, "frame": frame, "ack": ack})
            return int(ack["id"])

        async def sends(person: str, body: str, **more: Any) -> int:
            return await does(person, type="send", room=more.pop("room", room), body=body, **more)

        first, *_ = [await sends("bob", body) for body in BODIES]
        reply = await sends("carla", "An answer", reply_to=first)
        await sends("alice", "An answer to that", reply_to=reply)
        await does("bob", type="edit", message=first, body="Hello, all")
        await does("bob", type="edit", message=first, body="Hello, everybody 🎉")
        for emoji in ("👍", "👍🏽", "❤️", "👩🏽‍💻", "🇩🇪"):
            await does("carla", type="react", message=first, emoji=emoji, on=True)
        await does("carla", type="react", message=first, emoji="👍", on=True)
        await does("carla", type="react", message=first, emoji="👍", on=False)
        await does("carla", type="delete", message=reply)
        await does("alice", type="delete", message=first)
        await sends("alice", "In a closed room", room=server.world.closed)
        await sends("carla", "Before I go", room=left)
        # At once, so that they are written together.
        crowd = [{"type": "send", "room": room, "client_id": f"crowd-{n}", "body": f"Together {n}"} for n in range(20)]
        for frame in crowd:
            await bob.send(frame)
        for frame in crowd:
            ack = await bob.take("ack", client_id=frame["client_id"])
            said.append({"person": "bob", "frame": frame, "ack": ack})
        async with Api(server, "alice") as at_home:
            direct = (await at_home.post("/api/direct/", {"user": server.world.people["bob"].id}))["id"]
        await sends("bob", "Between us", room=direct)
        async with Api(server, "carla") as leaving:
            await leaving.post(f"/api/rooms/{left}/leave/")
    return said


def main(target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World.make(Path(folder))
        server = Server(world, Path(folder) / "var")
        server.start()
        try:
            said = asyncio.run(converse(server))
        finally:
            server.stop()
        copy = Path(folder) / "copy.sqlite3"
        with closing(sqlite3.connect(server.database.file)) as database:
            database.execute("UPDATE django_session SET expire_date = ?", [FAR])
            database.commit()
            database.execute("VACUUM INTO ?", [str(copy)])
        target.with_suffix(".sqlite3.xz").write_bytes(lzma.compress(copy.read_bytes(), preset=9))
        people = {person.username: person.session for person in world.people.values()}
        story = {"sessions": people, "said": said}
        target.with_suffix(".json").write_text(json.dumps(story, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
