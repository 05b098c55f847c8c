from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from django.db import connections


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
