"""A server to be measured, with a database, a Redis and members of its own."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from itertools import cycle, islice
from pathlib import Path

from benchmarks.load.connection import Connection, Frames
from benchmarks.page import BASE_DIR, disk
from tests.support.databases import Database, Templates
from tests.support.environment import SECRET_KEY
from tests.support.postgres import Cluster
from tests.support.redis import Redis

PEOPLE = 50
AT_ONCE = 50
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

    def __init__(self, chat: str, name: str | None = None, cluster: Cluster | None = None) -> None:
        """`chat` is "posthorn" or "idiomatic"; `name` is what it is called beside others.

        `cluster`: the PostgreSQL to measure it on. Without one it is measured on a file.
        """
        self.chat = chat
        self.name = name or chat
        self._var = self.folder()
        self._templates = Templates(self._var, cluster)
        self._templates.make(f"bench_{chat}", self._fill)

    def _fill(self, database: Database) -> None:
        environment = self.environment(self._var, database)
        self._python(environment, "manage.py", "migrate", "--run-syncdb", "--verbosity", "0")
        seeded = json.loads(self._python(environment, "-m", "benchmarks.load.seed", str(PEOPLE)))
        self.room: int = seeded["room"]
        self.sessions: list[str] = seeded["sessions"]

    def folder(self) -> Path:
        """A new one for a server's data, on a disk."""
        folder = Path(tempfile.mkdtemp(prefix="posthorn-", dir=disk()))
        (folder / "static").mkdir()
        return folder

    def database(self, folder: Path) -> Database:
        """One of a server's own with this in it; a file is made in the folder."""
        return self._templates.new(f"bench_{self.chat}", folder)

    def environment(self, var: Path, database: Database) -> dict[str, str]:
        """What makes a process work in that folder, on that database."""
        return {
            **os.environ,
            **UNLIMITED,
            "DJANGO_SETTINGS_MODULE": SETTINGS[self.chat],
            "IDIOMATIC_REDIS_URL": "",
            "SECRET_KEY": SECRET_KEY,  # the sessions were made with it
            "VAR_DIR": str(var),
            "DATABASE_URL": database.url,
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
    """A server with a copy of a world. `server` is "daphne" or "uvicorn"; both are run by the same program.

    `processes`: so many of them on one database, with a Redis for their hints.
    """

    def __init__(self, world: World, server: str, processes: int = 1) -> None:
        self.name = f"{world.name}, {server}"
        self.room = world.room
        self._sessions = world.sessions
        self._table = TABLES[world.chat]
        self._var = world.folder()
        self._database = world.database(self._var)
        self._redis = Redis() if world.chat == "idiomatic" or processes > 1 else None
        redis = {"idiomatic": "IDIOMATIC_REDIS_URL"}.get(world.chat, "REDIS_URL")
        environment = {
            **world.environment(self._var, self._database),
            "SERVER": server,
            **({redis: self._redis.url} if self._redis else {}),
        }
        self._processes: list[subprocess.Popen[str]] = []
        self._addresses = [self._start(environment) for _ in range(processes)]

    def _start(self, environment: dict[str, str]) -> str:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"], cwd=BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True
        )
        self._processes.append(process)
        line = process.stdout.readline() if process.stdout else ""
        if "http://" not in line:
            raise SystemExit(f"{self.name}: the server did not start (see above)")
        return line.split()[3].removeprefix("http://")

    def stop(self) -> None:
        """End everything and remove its files."""
        for process in self._processes:
            process.send_signal(signal.SIGTERM)
        for process in self._processes:
            process.wait(30)
        if self._redis is not None:
            self._redis.remove()
        self._database.remove()
        shutil.rmtree(self._var)

    async def connect(self, count: int) -> list[Connection]:
        """So many connections of the members, in turn and to every process alike, each welcomed."""
        loop = asyncio.get_running_loop()
        frames = Frames()
        connections: list[Connection] = []
        people = islice(zip(cycle(self._sessions), cycle(self._addresses), strict=False), count)
        while batch := list(islice(people, AT_ONCE)):
            made = [(Connection(frames, address, session), address) for session, address in batch]
            for one, address in made:
                host, _, port = address.rpartition(":")
                await loop.create_connection(lambda one=one: one, host, int(port))  # type: ignore[misc]
            await asyncio.gather(*(one.welcomed for one, _ in made))
            connections += [one for one, _ in made]
        return connections

    def memory(self) -> float:
        """The processes' resident memory in KB."""
        return sum(_memory(process.pid) for process in self._processes)

    def stored(self, prefix: str) -> dict[str, int]:
        """The ids of the messages whose client ids begin like this; fails if one is there twice."""
        found = self._database.rows(
            f"SELECT client_id, id FROM {self._table} WHERE client_id >= %s AND client_id < %s",  # noqa: S608 - ours
            [prefix, prefix + "~"],
        )
        ids: dict[str, int] = dict(found)
        if len(ids) != len(found):
            raise SystemExit(f"{self.name}: a message is in the database twice")
        return ids


def _memory(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    return float(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1])
