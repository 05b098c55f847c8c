"""Real servers: `manage.py serve` in a process of its own, on a database of its own."""

from __future__ import annotations

import fcntl
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.support.client import Client
from tests.support.databases import Database, Params, Rows, Templates
from tests.support.environment import ROOT, environment, manage, succeed

START_SECONDS = 120
STOP_SECONDS = 60


@dataclass(frozen=True)
class Person:
    """One of the cast, logged in."""

    username: str
    id: int
    name: str
    session: str


@dataclass(frozen=True)
class World:
    """What servers start from, made once: static files, and databases named "empty" and "cast"."""

    folder: Path
    templates: Templates
    people: dict[str, Person]
    everyone: int
    closed: int
    rooms: tuple[int, ...]

    @classmethod
    def make(cls, folder: Path, templates: Templates | None = None) -> World:
        """Make one in a folder. Without `templates` its databases are files."""
        templates = templates or Templates(folder, None)
        succeed(manage("collectstatic", "--noinput", "--verbosity", "0", env=environment(folder)))

        def migrate(empty: Database) -> None:
            succeed(manage("migrate", "--verbosity", "0", env=environment(folder, DATABASE_URL=empty.url)))

        def seed(cast: Database) -> None:
            env = environment(folder, DATABASE_URL=cast.url)
            command = [sys.executable, "-m", "tests.support.seed"]
            (folder / "cast.json").write_bytes(subprocess.check_output(command, cwd=ROOT, env=env, timeout=300))

        templates.make("empty", migrate)
        templates.make("cast", seed, of="empty")
        return cls.read(folder, templates)

    @classmethod
    def read(cls, folder: Path, templates: Templates) -> World:
        """The one that was made in this folder."""
        seeded = json.loads((folder / "cast.json").read_text())
        people = {username: Person(username, **facts) for username, facts in seeded["people"].items()}
        return cls(folder, templates, people, seeded["everyone"], seeded["closed"], tuple(seeded["rooms"]))

    @classmethod
    def shared(cls, run: Path) -> World:
        """The same one for every process of this run: the first that comes makes it, the others wait."""
        folder = run / "world"
        folder.mkdir(exist_ok=True)
        templates = Templates.of_run(run, folder)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return (cls.read if (folder / "cast.json").exists() else cls.make)(folder, templates)


class Server:
    """A server and its database. `kill` and `start` again keep the port, the database and the log."""

    def __init__(
        self,
        world: World,
        var: Path,
        *,
        empty: bool = False,
        beside: Server | None = None,
        program: Sequence[str] = ("manage.py",),
        **env: str,
    ):
        """`beside`: share that server's database, as a second process of one installation.

        `program`: what to have Python run in the place of `manage.py`.
        """
        self.world = world
        self.var = var
        self.port = 0
        self._program = program
        self._env = env
        self._process: subprocess.Popen[str] | None = None
        self._untaken = list(world.rooms)
        self._has_own_database = beside is None
        var.mkdir(parents=True)
        (var / "static").symlink_to(world.folder / "static")
        self.database: Database = beside.database if beside else world.templates.new("empty" if empty else "cast", var)

    # The process

    @property
    def environment(self) -> dict[str, str]:
        """For other processes of this installation: `manage("rollout", ..., env=server.environment)`."""
        return environment(self.var, **{"DATABASE_URL": self.database.url, "PORT": str(self.port), **self._env})

    def start(self) -> None:
        """Start, and return when it listens."""
        with self._log.open("a") as log:
            command = [sys.executable, *self._program, "serve"]
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=log, text=True
            )
        self._process = process
        assert process.stdout is not None
        too_late = threading.Timer(START_SECONDS, process.kill)
        too_late.start()
        line = process.stdout.readline()
        too_late.cancel()
        if not line.startswith("Posthorn is at http://"):
            self.kill()
            raise AssertionError(f"The server did not start. It printed {line!r} and logged:\n{self.log}")
        self.port = int(line.split()[3].rsplit(":", 1)[1])

    def remove(self) -> None:
        """Its database is not needed any more."""
        if self._has_own_database:
            self.database.remove()

    @property
    def process_id(self) -> int:
        """Of the server, while it runs."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it as its owner would."""
        self._end(signal.SIGTERM)

    def restart(self) -> None:
        """Stop it, and start it again on the same port."""
        self.stop()
        self.start()

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(STOP_SECONDS)
        finally:
            process.kill()
            process.communicate()

    # What it says

    @property
    def _log(self) -> Path:
        return self.var / "log"

    @property
    def log(self) -> str:
        """All that it has logged so far, over all its starts."""
        return self._log.read_text() if self._log.exists() else ""

    @property
    def address(self) -> str:
        """What its people type into their browsers."""
        return f"http://127.0.0.1:{self.port}"

    def browser(self, person: str | None = None) -> httpx.Client:
        """A plain HTTP client, logged in as one of the cast."""
        cookies = {"sessionid": self.world.people[person].session} if person else None
        return httpx.Client(base_url=self.address, cookies=cookies, timeout=60, trust_env=False)

    def client(self, person: str, **options: Any) -> Client:
        """A WebSocket client of one of the cast."""
        return Client(self.address, self.world.people[person].session, **options)

    # What it keeps

    def new_room(self) -> int:
        """A room in which nothing has happened but that the cast joined it."""
        return self._untaken.pop(0)

    def rows(self, sql: str, params: Params = ()) -> Rows:
        """Look into the database, from outside and without writing."""
        return self.database.rows(sql, params)

    def messages(self, room: int) -> list[tuple[str, str]]:
        """`(client_id, body)` of every message in the room, in order."""
        return self.rows("SELECT client_id, body FROM chat_message WHERE room_id = %s ORDER BY seq", [room])

    def head(self, room: int) -> int:
        """The `seq` of the last thing that happened in the room."""
        return int(self.database.value("SELECT head FROM chat_room WHERE id = %s", [room]))

    def check_log(self) -> None:
        """Fail if anything went wrong that nobody expected, or if what people wrote stands in the log."""
        assert "Traceback" not in self.log, self.log
        assert "Error inside application" not in self.log, self.log
        assert SPOKEN not in self.log, self.log


SPOKEN = "spoken in confidence"
"""Tests that write this into a message have the log searched for it."""
