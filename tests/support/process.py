"""A pytest plugin, loaded before the settings are: this process has an environment and a VAR_DIR of its own.

So what tests do in pytest's own process sees neither a developer's `.env` nor what another worker or run writes.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from tests.support.environment import environment

_WORKER = os.environ.get("PYTEST_XDIST_WORKER")
"""pytest-xdist's name for this process; none where it runs the tests alone, or hands them out."""

RUN = Path(os.environ["VAR_DIR"]).parent if _WORKER else Path(tempfile.mkdtemp(prefix="posthorn-tests-"))
"""A folder that all processes of this run of the tests share, and that goes away with it."""

os.environ.update(environment(RUN / (_WORKER or "main")))


def pytest_unconfigure(config: pytest.Config) -> None:
    if not _WORKER:
        shutil.rmtree(RUN, ignore_errors=True)  # a worker that was killed may still be going
