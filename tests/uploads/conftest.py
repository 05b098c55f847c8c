from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.server import Server
from tests.uploads.tus import Tus

SERVERS = ["uvicorn", "daphne"]


@pytest.fixture(scope="module", params=SERVERS)
def server(request, world, tmp_path_factory) -> Iterator[Server]:
    """One server of each kind for all tests of a module."""
    server = Server(world, tmp_path_factory.mktemp("module") / "server", SERVER=request.param, MAX_FILE_MB="3")
    server.start()
    yield server
    server.stop()
    server.remove()
    server.check_log()


@pytest.fixture
def bob(server) -> Iterator[Tus]:
    with Tus(server, "bob") as bob:
        yield bob


@pytest.fixture
def carla(server) -> Iterator[Tus]:
    with Tus(server, "carla") as carla:
        yield carla
