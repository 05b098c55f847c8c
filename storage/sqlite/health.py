"""What keeps a SQLite file from being read or written, seen without writing: whether the file is there and may be
written to, whether the disk has room, and pages that are read afresh: the ends of every table, and a row within.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError

from storage.exceptions import FileLost
from storage.sqlite.connection import SqliteConnection
from storage.sqlite.troubles import words_of

GONE = "the database's file is gone"
MEGABYTE = 1024 * 1024

_TABLES = "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow')"


def ailments(alias: str, path: str) -> list[str]:
    """What is wrong, each in a few words; nothing if all is well."""
    if not Path(path).exists():
        return [GONE]
    return [*_file(path), *_pages(alias)]


def _file(path: str) -> list[str]:
    folder = Path(path).parent
    reasons = []
    if not _may(path, os.R_OK | os.W_OK) or not _may(folder, os.W_OK | os.X_OK):
        reasons.append("the database's file or folder may only be read")
    disk = os.statvfs(folder)
    if disk.f_flag & os.ST_RDONLY:
        reasons.append("the disk may only be read")
    free = disk.f_bavail * disk.f_frsize // MEGABYTE
    if free < settings.DISK_RESERVE_MB:
        reasons.append(f"the disk is nearly full: {free} MB are left, and {settings.DISK_RESERVE_MB} are wanted")
    return reasons


def _may(path: str | Path, mode: int) -> bool:
    """With the rights that the process has at present, where the system tells them from those of its user."""
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def _pages(alias: str) -> list[str]:
    """Read some from the file. A connection of its own, because others have pages in memory."""
    try:
        connection = SqliteConnection(alias, reading=True)
        try:
            for table in connection.fetch_all(_TABLES):
                _read_some(connection, '"{}"'.format(table["name"].replace('"', '""')), has_rowid=not table["wr"])
        finally:
            connection.close()
    except FileLost:
        return [GONE]
    except DatabaseError as error:
        return [words_of(error) or f"the database cannot be read: {error}"]
    return []


def _read_some(connection: SqliteConnection, table: str, *, has_rowid: bool) -> None:
    connection.fetch_one(f"SELECT * FROM {table} LIMIT 1")  # noqa: S608 - a name from the schema, quoted
    if has_rowid:
        connection.fetch_one(f"SELECT * FROM {table} ORDER BY rowid DESC LIMIT 1")  # noqa: S608 - likewise
        connection.fetch_one(
            f"SELECT * FROM {table} WHERE rowid >= abs(random() %% (1 + (SELECT max(rowid) FROM {table}))) LIMIT 1"  # noqa: S608 - likewise
        )
