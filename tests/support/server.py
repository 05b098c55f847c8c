"""Real servers: `manage.py serve` in a process of its own, on a database of its own."""

from __future__ import annotations

import fcntl
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.support.client import Client
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
    """What servers start from, made once: static files, an empty database, and one with the cast in it."""

    folder: Path
    people: dict[str, Person]
    everyone: int
    closed: int
    rooms: tuple[int, ...]

    @classmethod
    def make(cls, folder: Path) -> World:
        """Make one in a folder."""
        env = environment(folder, DATABASE_URL=f"sqlite:///{folder}/empty.sqlite3")
        succeed(manage("migrate", "--verbosity", "0", env=env))
        succeed(manage("collectstatic", "--noinput", "--verbosity", "0", env=env))
        shutil.copy(folder / "empty.sqlite3", folder / "cast.sqlite3")
        env = environment(folder, DATABASE_URL=f"sqlite:///{folder}/cast.sqlite3")
        command = [sys.executable, "-m", "tests.support.seed"]
        (folder / "cast.json").write_bytes(subprocess.check_output(command, cwd=ROOT, env=env, timeout=300))
        return cls.read(folder)

    @classmethod
    def read(cls, folder: Path) -> World:
        """The one that was made in this folder."""
        seeded = json.loads((folder / "cast.json").read_text())
        people = {username: Person(username, **facts) for username, facts in seeded["people"].items()}
        return cls(folder, people, seeded["everyone"], seeded["closed"], tuple(seeded["rooms"]))

    @classmethod
    def shared(cls, folder: Path) -> World:
        """The same one for every process that names this folder: the first that comes makes it, the others wait."""
        folder.mkdir(exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return cls.read(folder) if (folder / "cast.json").exists() else cls.make(folder)


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
        self.database: Path = beside.database if beside else var / "posthorn.sqlite3"
        self.port = 0
        self._program = program
        self._env = env
        self._process: subprocess.Popen[str] | None = None
        self._untaken = list(world.rooms)
        var.mkdir(parents=True)
        (var / "static").symlink_to(world.folder / "static")
        if beside is None:
            shutil.copy(world.folder / ("empty.sqlite3" if empty else "cast.sqlite3"), self.database)

    # The process

    @property
    def environment(self) -> dict[str, str]:
        """For other processes of this installation: `manage("rollout", ..., env=server.environment)`."""
        return environment(self.var, DATABASE_URL=f"sqlite:///{self.database}", PORT=str(self.port), **self._env)

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

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Look into the database file, from outside and without writing."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)) as connection:
            return connection.execute(sql, params).fetchall()

    def messages(self, room: int) -> list[tuple[str, str]]:
        """`(client_id, body)` of every message in the room, in order."""
        return self.rows("SELECT client_id, body FROM chat_message WHERE room_id = ? ORDER BY seq", [room])

    def head(self, room: int) -> int:
        """The `seq` of the last thing that happened in the room."""
        return int(self.rows("SELECT head FROM chat_room WHERE id = ?", [room])[0][0])

    def check_log(self) -> None:
        """Fail if anything went wrong that nobody expected, or if what people wrote stands in the log."""
        assert "Traceback" not in self.log, self.log
        assert "Error inside application" not in self.log, self.log
        assert SPOKEN not in self.log, self.log


SPOKEN = "spoken in confidence"
"""Tests that write this into a message have the log searched for it."""
