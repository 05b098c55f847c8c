"""A primary and its synchronous standby: two clusters on ports of their own, of which one can be lost."""

from __future__ import annotations

import os
import signal
import socket
from contextlib import suppress
from pathlib import Path

from tests.support.postgres import ROLE, Cluster

HOST = "127.0.0.1"


def free_port() -> int:
    """A port on which nobody listens just now."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        return int(taken.getsockname()[1])


def on_a_port() -> Cluster:
    """A durable cluster of one's own that is reached as one on another machine is."""
    port = free_port()
    cluster = Cluster.make(durable=True, listen_addresses=HOST, port=str(port))
    cluster.host, cluster.port = HOST, port
    return cluster


class Pair(Cluster):
    """`primary` and `standby`, as one cluster of two addresses. No commit returns before it is on both."""

    def __init__(self) -> None:
        self.primary = primary = on_a_port()
        # Inside the other's folder, so that it goes away with that.
        self.standby = Cluster(primary.folder / "standby", port=free_port(), host=HOST)
        super().__init__(primary.folder, port=primary.port, host=HOST)
        source = f"host={HOST} port={primary.port} user={ROLE} application_name=standby"
        copy = ["--write-recovery-conf", "--create-slot", "--slot=standby", "--checkpoint=fast", "--no-sync"]
        primary.run("pg_basebackup", "-D", self.standby.data, *copy, "--dbname", source)
        self.standby.configure(port=str(self.standby.port), unix_socket_directories=str(self.standby.folder))
        self.standby.start()
        _say(primary, "ALTER SYSTEM SET synchronous_standby_names = 'standby'")

    def url(self, database: str) -> str:
        """Both machines, of which one takes writes."""
        hosts = f"{HOST}:{self.primary.port},{HOST}:{self.standby.port}"
        return f"postgres://{ROLE}@{hosts}/{database}?target_session_attrs=read-write&connect_timeout=2"

    def lose_primary(self) -> None:
        """Its machine is gone: every process of it ends in the same moment."""
        first = int((self.primary.data / "postmaster.pid").read_text().splitlines()[0])
        os.kill(first, signal.SIGSTOP)  # it starts nothing any more
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        for process in [first, *map(int, children)]:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def promote(self) -> None:
        """Have the standby take the place of the primary, which must be gone, and commit alone."""
        _say(self.standby, "ALTER SYSTEM SET synchronous_standby_names = ''")
        self.standby.promote()
        self.port = self.standby.port


def _say(cluster: Cluster, statement: str) -> None:
    with cluster.connect() as connection:
        connection.execute(statement.encode())
        connection.execute("SELECT pg_reload_conf()")
