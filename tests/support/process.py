"""A pytest plugin, loaded before the settings are: this process has an environment and a VAR_DIR of its own.

So what tests do in pytest's own process sees neither a developer's `.env` nor what another worker or run writes.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from tests.support.databases import ENGINE
from tests.support.environment import environment
from tests.support.leftovers import clear_up_after_this_process, clear_up_now
from tests.support.postgres import Cluster

_WORKER = os.environ.get("PYTEST_XDIST_WORKER")
"""pytest-xdist's name for this process; none where it runs the tests alone, or hands them out."""

RUN = Path(os.environ["VAR_DIR"]).parent if _WORKER else Path(tempfile.mkdtemp(prefix="posthorn-tests-"))
"""A folder that all processes of this run of the tests share, and that goes away with it."""

_DATABASE = {"DATABASE_URL": Cluster(RUN / "cluster").url("posthorn")} if ENGINE == "postgres" else {}
os.environ.update(environment(RUN / (_WORKER or "main"), **_DATABASE))


if not _WORKER:
    clear_up_after_this_process(RUN)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not _WORKER:
        clear_up_now()
