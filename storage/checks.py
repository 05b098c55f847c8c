"""System checks: `manage.py check` and every start-up say loudly when the ground under storage is not safe."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Warning, register  # noqa: A004 - Django's own name for it
from django.db import connections

from storage.engines import engine_of

SAFE_SQLITE = (3, 51, 3)


@register()
def sqlite_is_safe(**_: Any) -> list[CheckMessage]:
    """Warn when the linked SQLite is in the range of the WAL-reset bug (3.7.0 to 3.51.2)."""
    from sqlite3 import sqlite_version, sqlite_version_info  # noqa: PLC0415 - after the swap in `config`

    uses_sqlite = any(engine_of(alias).is_here for alias in connections)
    if not uses_sqlite or sqlite_version_info >= SAFE_SQLITE:
        return []
    return [
        Warning(
            f"SQLite {sqlite_version} has the WAL-reset bug: a checkpoint racing a commit can damage the database.",
            hint="Install the pysqlite3 wheel (see requirements.txt), or link SQLite 3.51.3 or newer.",
            id="storage.W001",
        )
    ]
