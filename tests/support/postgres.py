"""A real PostgreSQL: private clusters by `initdb`, on a Unix socket, and databases made from templates.

`Cluster.shared()` is the one of this run of the tests, which all its processes ask for databases. A test that stops or
kills PostgreSQL makes a `Cluster` of its own.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import secrets
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

import psycopg
from psycopg import sql

from tests.support.environment import ROOT
from tests.support.leftovers import clear_up_after_this_process

ROLE = "posthorn"
MAINTENANCE = "postgres"
"""The database one is connected to while others are made."""

START_SECONDS = 120
IN_A_HURRY = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off", "max_connections": "500"}
"""Settings where nothing has to outlive the machine, and many servers come."""
ELSEWHERE = {"timezone": "Pacific/Chatham"}
"""What somebody may have set, and must not matter."""


class Cluster:
    """A cluster in a folder of its own. Stopped and started again it keeps its address."""

    def __init__(self, folder: Path, *, port: int = 5432, host: str | None = None) -> None:
        """One that is there. `make` makes one."""
        self.folder = folder
        self.data = folder / "data"
        self.port = port
        self.host = host or str(folder)

    @classmethod
    def make(cls, folder: Path | None = None, *, durable: bool = False, **settings: str) -> Self:
        """Make one, and start it.

        `folder`: where, which must not be there yet, and which its maker clears up. Without one this process's end
        does it.
        `durable`: what is committed is on the disk, as it is where people use it; otherwise fsync is off.
        `settings`: of `postgresql.conf`.
        """
        if folder is None:
            folder = Path(tempfile.mkdtemp(prefix="posthorn-"))
            clear_up_after_this_process(folder)
        else:
            folder.mkdir(mode=0o700)
        if user := _unprivileged():
            os.chown(folder, user["user"], user["group"])
        cluster = cls(folder)
        options = ["-U", ROLE, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        cluster.run("initdb", "-D", cluster.data, *options)
        reached = {"listen_addresses": "", "unix_socket_directories": str(folder)}
        speed = {} if durable else IN_A_HURRY
        cluster.configure(**{**reached, **ELSEWHERE, **speed, **settings})
        cluster.start()
        return cluster

    @classmethod
    def shared(cls, run: Path) -> Self:
        """The same one for every process that names this folder: the first that comes makes it, the others wait."""
        with (run / "cluster.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (run / "cluster").exists():
                run.chmod(0o711)  # the cluster's user walks through
                cls.make(run / "cluster")
        return cls(run / "cluster")

    # The server

    def configure(self, **settings: str) -> None:
        """Lay down settings, which hold from the next start."""
        with (self.data / "postgresql.auto.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())

    def start(self) -> None:
        """Start it, and return when it can be asked."""
        self.run("pg_ctl", "start", "-w", "-t", str(START_SECONDS), "-D", self.data, "-l", self.folder / "log")

    def stop(self, how: Literal["smart", "fast", "immediate"] = "immediate") -> None:
        """End it: `immediate` as a crash would, `fast` as its owner would."""
        self.run("pg_ctl", "stop", "-w", "-t", str(START_SECONDS), "-D", self.data, "-m", how)

    def restart(self) -> None:
        """End it as a crash would, and start it again."""
        self.stop()
        self.start()

    def promote(self) -> None:
        """Have a standby become a primary."""
        self.run("pg_ctl", "promote", "-w", "-t", str(START_SECONDS), "-D", self.data)

    @property
    def log(self) -> str:
        """All that it has logged so far, over all its starts."""
        return (self.folder / "log").read_text(errors="replace")

    def run(self, program: str, *arguments: str | Path) -> str:
        """Run one of PostgreSQL's programs as the cluster's user, and return what it printed."""
        with tempfile.TemporaryFile("w+") as said:  # a pipe would stay open for as long as the server runs
            done = subprocess.run(
                [programs() / program, *arguments],
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                timeout=START_SECONDS,
                **_unprivileged(),
            )
            said.seek(0)
            words = said.read()
        assert done.returncode == 0, f"{program} ended with {done.returncode}:\n{words}"
        return words

    # Databases

    def url(self, database: str) -> str:
        """What servers are given as DATABASE_URL."""
        return f"postgres://{ROLE}@/{database}?host={self.host}&port={self.port}"

    def connect(self, database: str = MAINTENANCE, **options: Any) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection of the test's own, which commits each statement."""
        place = {"host": self.host, "port": self.port, "user": ROLE, "dbname": database}
        place["options"] = "-c timezone=UTC"
        return psycopg.connect(autocommit=True, **{**place, **options})

    def template(self, name: str, fill: Callable[[str], None], *, of: str | None = None) -> str:
        """A database to make others from. The first who asks for that name makes it.

        `fill` is given the name of a database that is empty, or as the one it is made `of`.
        """
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self._has(name):
                half = self.fresh_database(of or "template0")
                fill(half)
                self._say("ALTER DATABASE {} RENAME TO {}", half, name)
        return name

    def fresh_database(self, template: str = "template0") -> str:
        """A database of one's own that begins as that one is. Nobody may be connected to it. Returns its name."""
        name = f"test_{secrets.token_hex(6)}"
        self._say("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def drop(self, database: str) -> None:
        """Remove a database, whoever is connected."""
        self._say("DROP DATABASE IF EXISTS {} WITH (FORCE)", database)

    def _has(self, database: str) -> bool:
        with self.connect() as connection:
            return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is not None

    def _say(self, statement: str, *names: str) -> None:
        with self.connect() as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@cache
def programs() -> Path:
    """The folder of `initdb` and `pg_ctl`."""
    found = subprocess.run(
        ["sh", ".ci/tools.sh", "which-postgres"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, "This needs PostgreSQL 15 or newer, and it is not to be found (see .ci/tools.sh)."
    return (
        (Path(found.stdout.strip()) / "initdb").resolve().parent
    )  # where the others are that a link does not bring along


def _unprivileged() -> dict[str, Any]:
    """Who PostgreSQL's programs run as, in subprocess's words. They refuse to be root's."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
