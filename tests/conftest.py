from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from tests.support.databases import ENGINE, Database, PostgresDatabase, SqliteDatabase
from tests.support.postgres import Cluster
from tests.support.process import RUN
from tests.support.redis import Redis
from tests.support.server import Server, World

StartServer = Callable[..., Server]

SLOW = {"world", "server", "start_server", "redis", "browser", "db", "transactional_db", "cluster"}


ENGINE_OF = {"sqlite_only": "sqlite", "postgres_only": "postgres", "any_engine": "sqlite"}
"""The marks of tests that run on one engine, and on which."""

LONG = [
    *("tests/torture/", "tests/chat/test_strangers.py", "tests/chat/test_guarded_rollout.py"),
    *("tests/chat/test_bad_requests.py", "tests/chat/test_commands.py", "tests/storage/faults/"),
    *("tests/e2e/", "tests/chat/", "tests/uploads/", "tests/storage/"),
]
"""Files, and folders, that take longest."""


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """The mark `quick`, before pytest chooses by it; and long files first, so that no process is left alone with one at
    the end: after pytest-django, which would have the browser's tests come last.

    `-m quick` (`make quick`) runs the tests that stand on no server, no browser and no database of Django's.
    """
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures.isdisjoint(SLOW) and item.get_closest_marker("django_db") is None:
            item.add_marker(pytest.mark.quick)
        for name, engine in ENGINE_OF.items():
            if mark := item.get_closest_marker(name):
                reason = reason_of(item, mark)
                if engine != ENGINE:
                    item.add_marker(pytest.mark.skip(reason=reason))
    yield
    items.sort(key=_place)


def reason_of(item: pytest.Item, mark: pytest.Mark) -> str:
    """Why a test runs on one engine alone. Whoever says that it does has to say why."""
    match mark.args:
        case (str(reason),) if reason.strip() and not mark.kwargs:
            return f"{mark.name}: {reason}"
    raise pytest.UsageError(f'{item.nodeid}: write @pytest.mark.{mark.name}("why")')


def _place(item: pytest.Item) -> int:
    return next((place for place, beginning in enumerate(LONG) if item.nodeid.startswith(beginning)), len(LONG))


@pytest.fixture(scope="session")
def world() -> World:
    """The cast: alice, who owns the place, bob and carla; their rooms; and what servers are started from."""
    return World.shared(RUN)


def _servers(world: World, folder: Path) -> Iterator[StartServer]:
    servers: list[Server] = []
    numbers = count(1)

    def start(*, before: Callable[[Server], None] | None = None, **options) -> Server:
        server = Server(world, folder / f"server-{next(numbers)}", **options)
        if before is not None:
            before(server)
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        server.stop()
        server.remove()
    for server in servers:
        server.check_log()


@pytest.fixture
def start_server(world, tmp_path) -> Iterator[StartServer]:
    """Starts servers of the test's own. Fails the test if one of them logs a traceback.

    `before`: what to do with the server's database before the server starts.
    """
    yield from _servers(world, tmp_path)


@pytest.fixture(scope="module")
def server(world, tmp_path_factory) -> Iterator[Server]:
    """One server for all tests of a module, for those that leave it running. Each takes a `room` of its own."""
    servers = _servers(world, tmp_path_factory.mktemp("module"))
    yield next(servers)()
    next(servers, None)


@pytest.fixture
def room(server: Server) -> int:
    """An open room of the module's server in which nobody has spoken."""
    return server.new_room()


@pytest.fixture
def database(transactional_db) -> Database:
    """The database of pytest's own process, for other connections and other processes."""
    name = connections["default"].settings_dict["NAME"]
    return PostgresDatabase(Cluster.shared(RUN), name) if ENGINE == "postgres" else SqliteDatabase(Path(name))


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb) -> bool:
    """PostgreSQL drops none that somebody is connected to; with its cluster it goes away all the same."""
    return bool(django_db_keepdb or ENGINE == "postgres")


@pytest.fixture
def patience(monkeypatch) -> Callable[[float], None]:
    """Sets how many seconds a connection that is opened from now on waits for somebody else's lock."""

    def wait(seconds: float) -> None:
        name, value = {
            "sqlite": ("timeout", seconds),
            "postgres": ("options", f"-c lock_timeout={round(seconds * 1000)}"),
        }[ENGINE]
        for database in (connections.settings["default"], connections["default"].settings_dict):
            monkeypatch.setitem(database["OPTIONS"], name, value)

    return wait


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request, django_db_modify_db_settings) -> None:
    """The database of pytest's own process begins as a migrated one, where an engine can copy them."""
    if ENGINE == "postgres":
        request.getfixturevalue("world")
        settings.DATABASES["default"]["TEST"]["TEMPLATE"] = "empty"


@pytest.fixture
def redis() -> Iterator[Redis]:
    redis = Redis()
    yield redis
    redis.remove()
