from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from django.db import connections

from tests.support.databases import ENGINE


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These tests are about PostgreSQL's connections and locks."""
    if ENGINE != "postgres":
        for item in items:
            if "tests/storage/postgres/" in item.nodeid:
                item.add_marker(pytest.mark.skip(reason="PostgreSQL alone: TEST_ENGINE=postgres runs it"))


@pytest.fixture
def admin(transactional_db) -> Iterator[psycopg.Connection[Any]]:
    """Somebody who looks at the test's database, and at whoever else is connected to it."""
    settings = connections.settings["default"]
    place = {"host": settings["HOST"], "port": settings["PORT"], "user": settings["USER"], "dbname": settings["NAME"]}
    with closing(psycopg.connect(autocommit=True, application_name="admin", **place, **settings["OPTIONS"])) as admin:
        yield admin
    connections["default"].close()  # Django's own of this thread may have been ended as well


@pytest.fixture(autouse=True)
def _on_workers(settings) -> None:
    settings.STORAGE_WORKERS = True
