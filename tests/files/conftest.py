from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.server import Server


@pytest.fixture(scope="module", params=["daphne", "uvicorn"])
def server(request, world, tmp_path_factory) -> Iterator[Server]:
    """One server of each kind for all tests of a module."""
    server = Server(world, tmp_path_factory.mktemp("module") / "server", SERVER=request.param)
    server.start()
    yield server
    server.stop()
    server.remove()
    server.check_log()
