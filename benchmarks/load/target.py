"""A server to be measured, with a database, a Redis and members of its own."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from itertools import cycle, islice
from pathlib import Path

from benchmarks.load.connection import Connection, Frames
from benchmarks.page import BASE_DIR, disk
from tests.support.redis import Redis

PEOPLE = 50
AT_ONCE = 50
FILE = "posthorn.sqlite3"
SETTINGS = {"posthorn": "config.settings", "idiomatic": "benchmarks.idiomatic.settings"}
TABLES = {"posthorn": "chat_message", "idiomatic": "idiomatic_message"}
UNLIMITED = {
    "SENDS_PER_SECOND": "1000000",
    "FRAMES_PER_SECOND": "1000000",
    "CONNECTIONS_PER_USER": "100000",
    "CONNECTIONS_PER_ADDRESS": "100000",
}


class World:
    """A chat's database as it is before anything is said: a room and its members, who are logged in."""

    def __init__(self, chat: str) -> None:
        """`chat` is "posthorn" or "idiomatic"."""
        self.chat = chat
        self._var = Path(tempfile.mkdtemp(prefix="posthorn-", dir=disk()))
        (self._var / "static").mkdir()
        environment = self.environment(self._var)
        self._python(environment, "manage.py", "migrate", "--run-syncdb", "--verbosity", "0")
        seeded = json.loads(self._python(environment, "-m", "benchmarks.load.seed", str(PEOPLE)))
        self.room: int = seeded["room"]
        self.sessions: list[str] = seeded["sessions"]

    def copy(self) -> Path:
        """A folder of its own with this in it."""
        copied = Path(tempfile.mkdtemp(prefix="posthorn-", dir=disk()))
        shutil.copytree(self._var, copied, dirs_exist_ok=True)
        return copied

    def environment(self, var: Path) -> dict[str, str]:
        """What makes a process work in that folder."""
        return {
            **os.environ,
            **UNLIMITED,
            "DJANGO_SETTINGS_MODULE": SETTINGS[self.chat],
            "IDIOMATIC_REDIS_URL": "",
            "VAR_DIR": str(var),
            "DATABASE_URL": f"sqlite:///{var / FILE}",
            "PORT": "0",
            "REDIS_URL": "",
            "LOG_LEVEL": "ERROR",
        }

    def remove(self) -> None:
        """Remove its files."""
        shutil.rmtree(self._var)

    def _python(self, environment: dict[str, str], *arguments: str) -> str:
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=BASE_DIR, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout


class Target:
    """A server with a copy of a world. `server` is "daphne" or "uvicorn"; both are run by the same program."""

    def __init__(self, world: World, server: str) -> None:
        self.name = f"{world.chat}, {server}"
        self.room = world.room
        self._sessions = world.sessions
        self._table = TABLES[world.chat]
        self._var = world.copy()
        self._redis = Redis() if world.chat == "idiomatic" else None
        redis = {"IDIOMATIC_REDIS_URL": self._redis.url} if self._redis else {}
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=BASE_DIR,
            env={**world.environment(self._var), "SERVER": server, **redis},
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self._process.stdout.readline() if self._process.stdout else ""
        if "http://" not in line:
            raise SystemExit(f"{self.name}: the server did not start (see above)")
        self._address = line.split()[3].removeprefix("http://")

    def stop(self) -> None:
        """End everything and remove its files."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(30)
        if self._redis is not None:
            self._redis.remove()
        shutil.rmtree(self._var)

    async def connect(self, count: int) -> list[Connection]:
        """So many connections of the members, in turn, each welcomed."""
        host, _, port = self._address.rpartition(":")
        loop = asyncio.get_running_loop()
        frames = Frames()
        connections: list[Connection] = []
        sessions = islice(cycle(self._sessions), count)
        while batch := list(islice(sessions, AT_ONCE)):
            made = [Connection(frames, self._address, session) for session in batch]
            for one in made:
                await loop.create_connection(lambda one=one: one, host, int(port))  # type: ignore[misc]
            await asyncio.gather(*(one.welcomed for one in made))
            connections += made
        return connections

    def memory(self) -> float:
        """The server's resident memory in KB."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return float(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1])

    def stored(self, prefix: str) -> dict[str, int]:
        """The ids of the messages whose client ids begin like this; fails if one is there twice."""
        with closing(sqlite3.connect(f"file:{self._var / FILE}?mode=ro", uri=True, timeout=30)) as connection:
            found = connection.execute(
                f"SELECT client_id, id FROM {self._table} WHERE client_id >= ? AND client_id < ?",  # noqa: S608 - ours
                [prefix, prefix + "~"],
            ).fetchall()
        ids: dict[str, int] = dict(found)
        if len(ids) != len(found):
            raise SystemExit(f"{self.name}: a message is in the database twice")
        return ids
