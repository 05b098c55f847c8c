"""The PostgreSQL that tests stand on keeps what it committed, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from tests.support.environment import ROOT
from tests.support.postgres import Cluster

WHOEVER_MAKES_ONE = """
from tests.support.postgres import Cluster
print(Cluster.make().folder, flush=True)
input()
"""


@pytest.fixture
def cluster():
    """One of a process that can be killed."""
    with subprocess.Popen(
        [sys.executable, "-c", WHOEVER_MAKES_ONE], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as maker:
        assert maker.stdout is not None
        yield maker, Cluster(Path(maker.stdout.readline().strip()))
        maker.kill()


def test_a_cluster_outlives_a_crash_but_not_whoever_made_it(cluster):
    maker, cluster = cluster

    def fill(database: str) -> None:
        with cluster.connect(database) as connection:
            connection.execute("CREATE TABLE notes (body text)")

    made = [cluster.fresh_database(cluster.template("cast", fill)) for _ in range(2)]
    with cluster.connect(made[0]) as connection:
        connection.execute("INSERT INTO notes VALUES ('kept')")
        with suppress(psycopg.OperationalError):  # it goes while somebody is there
            cluster.restart()
            connection.execute("SELECT 1")
    for database, kept in zip(made, ([("kept",)], []), strict=True):
        with cluster.connect(database) as connection:
            assert connection.execute("SELECT body FROM notes").fetchall() == kept
    first = int((cluster.data / "postmaster.pid").read_text().splitlines()[0])

    maker.send_signal(signal.SIGKILL)
    assert maker.stdout.read() == "", "whoever clears up has ended, too"
    assert not cluster.folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
