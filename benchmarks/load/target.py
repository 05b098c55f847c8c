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
TABLES = {"posthorn": "chat_message", "idiomatic": "idiomatic_message"}
UNLIMITED = {"SENDS_PER_SECOND": "1000000", "FRAMES_PER_SECOND": "1000000", "CONNECTIONS_PER_USER": "100000"}


class Target:
    """`chat` is "posthorn" or "idiomatic", `server` "daphne" or "uvicorn". Both run by the same server program."""

    def __init__(self, chat: str, server: str) -> None:
        self.name = f"{chat}, {server}"
        self._table = TABLES[chat]
        self._var = Path(tempfile.mkdtemp(prefix="posthorn-", dir=disk()))
        (self._var / "static").mkdir()
        self._file = self._var / "posthorn.sqlite3"
        self._redis = Redis() if chat == "idiomatic" else None
        settings = "config.settings" if chat == "posthorn" else "benchmarks.idiomatic.settings"
        self._environment = {
            **os.environ,
            **UNLIMITED,
            "DJANGO_SETTINGS_MODULE": settings,
            "IDIOMATIC_REDIS_URL": self._redis.url if self._redis else "",
            "VAR_DIR": str(self._var),
            "DATABASE_URL": f"sqlite:///{self._file}",
            "SERVER": server,
            "PORT": "0",
            "REDIS_URL": "",
            "LOG_LEVEL": "ERROR",
        }
        self._python("manage.py", "migrate", "--run-syncdb", "--verbosity", "0")
        seeded = json.loads(self._python("-m", "benchmarks.load.seed", str(PEOPLE)))
        self.room: int = seeded["room"]
        self._sessions: list[str] = seeded["sessions"]
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=BASE_DIR,
            env=self._environment,
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
        with closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True, timeout=30)) as connection:
            found = connection.execute(
                f"SELECT client_id, id FROM {self._table} WHERE client_id >= ? AND client_id < ?",  # noqa: S608 - ours
                [prefix, prefix + "~"],
            ).fetchall()
        ids: dict[str, int] = dict(found)
        if len(ids) != len(found):
            raise SystemExit(f"{self.name}: a message is in the database twice")
        return ids

    def _python(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=BASE_DIR,
            env=self._environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout
