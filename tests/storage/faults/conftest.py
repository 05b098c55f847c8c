from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections

from tests.storage.faults.files import create

HANGS_SECONDS = 1000 if os.environ.get("LONG_TESTS") else 300


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: takes its time; runs with LONG_TESTS=1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`LONG_TESTS=1` runs what takes its time as well: the same tests with larger numbers."""
    if not os.environ.get("LONG_TESTS"):
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(pytest.mark.skip(reason="set LONG_TESTS=1 to run it"))


@pytest.fixture(autouse=True)
def _no_test_hangs() -> Iterator[None]:
    """Somebody who waits for ever is what these tests look for: it must fail a test, not stop the run."""

    def stop(*_: object) -> None:
        raise TimeoutError("the test hangs")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, HANGS_SECONDS, 10)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database file of the test's own, with one table and nobody connected."""
    folder = tmp_path / "data"
    folder.mkdir()
    file = folder / "notes.sqlite3"
    create(file)
    return file


@pytest.fixture
def on_workers(settings) -> None:
    settings.STORAGE_WORKERS = True


@pytest.fixture
def shared_file(notes) -> str:
    """The file of the store that the test has in its own process."""
    return str(connections.settings["default"]["NAME"])
