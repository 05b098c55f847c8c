"""One checkpointer per file: the log stays short, however it is used, and nobody else checkpoints."""

from __future__ import annotations

import fcntl
import sqlite3
import threading
from pathlib import Path

import pytest
from django.db import connections

from storage.sqlite import checkpointer
from storage.sqlite.checkpointer import Checkpointer
from storage.sqlite.connection import SqliteConnection

pytestmark = pytest.mark.sqlite_only("PostgreSQL has a checkpointer of its own")

MEGABYTE = 1024 * 1024


@pytest.fixture
def file(transactional_db):
    return Path(connections.settings["default"]["NAME"])


@pytest.fixture
def log(file):
    return file.with_name(file.name + "-wal")


@pytest.fixture
def idle(file, monkeypatch):
    """A checkpointer that looks only when told to."""
    monkeypatch.setattr(checkpointer, "EVERY_SECONDS", 3600.0)
    idle = Checkpointer("default", str(file))
    connection = idle._open()
    idle.look = lambda: idle._look(connection)  # type: ignore[attr-defined]
    yield idle
    connection.close()
    idle.close()


@pytest.fixture
def writer(file):
    connection = SqliteConnection("default", reading=False)
    connection.control("PRAGMA wal_checkpoint(TRUNCATE)")  # what other tests have left
    connection.execute("CREATE TABLE ballast (body BLOB)")
    yield connection
    connection.execute("DROP TABLE ballast")
    connection.close()


def fill(writer, megabytes):
    for _ in range(megabytes):
        writer.begin()  # it is what waits for the lock, which a checkpointer may have just now
        writer.execute("INSERT INTO ballast VALUES (randomblob(%s))", [MEGABYTE])
        writer.commit()


def test_nobody_else_checkpoints(writer, log):
    fill(writer, 8)
    assert log.stat().st_size > 8 * MEGABYTE


def test_the_log_is_started_over_once_it_was_copied(writer, log, idle):
    fill(writer, 6)
    idle.look()
    size = log.stat().st_size
    fill(writer, 5)
    assert log.stat().st_size == size


def test_a_long_reader_lets_the_log_grow_and_after_it_the_log_is_cut(writer, log, idle, file):
    reader = sqlite3.connect(file, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM ballast").fetchone()
    fill(writer, 20)
    idle.look()
    assert log.stat().st_size > 20 * MEGABYTE
    reader.execute("COMMIT")
    reader.close()
    idle.look()
    assert log.stat().st_size == 0
    assert writer.fetch_value("SELECT count(*) FROM ballast") == 20


def test_a_second_process_leaves_it_to_the_first(writer, log, idle, file):
    fill(writer, 20)
    with open(f"{file}-checkpointer", "w") as other:  # noqa: PTH123 - as another process would
        fcntl.flock(other, fcntl.LOCK_EX)
        idle.look()
        assert log.stat().st_size > 20 * MEGABYTE
    idle.look()
    assert log.stat().st_size == 0


async def test_every_connection_is_set_up_for_it(store, opened, settings):
    def pragmas(connection):
        names = ("journal_mode", "synchronous", "wal_autocheckpoint", "mmap_size")
        rows = {name: connection._run(f"PRAGMA {name}", ()).fetchone() for name in names}
        return {name: row and row[0] for name, row in rows.items()}

    wanted = {"journal_mode": "wal", "synchronous": 2, "wal_autocheckpoint": 0, "mmap_size": 0}
    for on in (True, False):
        settings.STORAGE_WORKERS = on
        assert await store.transaction(pragmas) in (wanted, {**wanted, "mmap_size": None})
    settings.STORAGE_WORKERS = True
    assert await store.fetch_value("SELECT * FROM pragma_query_only") == 1
    assert opened
    assert all(connection.raw.execute("PRAGMA wal_autocheckpoint").fetchone() == (0,) for connection in opened)


async def test_a_read_without_a_deadline_has_one(store, settings):
    from storage.exceptions import QueryTimeout  # noqa: PLC0415

    settings.STORAGE_MAX_READ_SECONDS = 0.05
    with pytest.raises(QueryTimeout):
        await store.fetch_value("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n")


def test_the_log_of_a_file_behind_a_link_is_kept_short_too(writer, log, file, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpointer, "EVERY_SECONDS", 3600.0)
    link = tmp_path / "link.sqlite3"
    link.symlink_to(file)
    behind = Checkpointer("default", str(link))
    try:
        fill(writer, 20)
        behind._look(writer)
        assert log.stat().st_size == 0
    finally:
        behind.close()


@pytest.mark.parametrize("error", [OSError("no space left"), sqlite3.OperationalError("disk I/O error")])
def test_a_mark_that_cannot_be_looked_at_does_not_let_the_log_grow(writer, log, file, monkeypatch, error):
    monkeypatch.setattr(checkpointer, "EVERY_SECONDS", 0.01)
    looks = threading.Semaphore(0)

    class Unreadable:
        def look(self, _) -> None:
            looks.release()
            raise error

    busy = Checkpointer("default", str(file), Unreadable())  # type: ignore[arg-type]
    try:
        fill(writer, 20)
        for _ in range(100):
            assert looks.acquire(timeout=10)
            if log.stat().st_size == 0:
                break
        assert log.stat().st_size == 0
    finally:
        busy.close()
