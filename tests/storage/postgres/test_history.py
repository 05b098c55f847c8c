"""Two machines that both notice that the database has lost something begin one new history."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from contextlib import closing

import pytest

from storage.engines import engine_of
from storage.history import HighWaterMark, Position

pytestmark = pytest.mark.postgres_only("a file of SQLite's is no other machine's")


class Counts:
    """A history in a table of the test's own."""

    parts: Mapping[str, str] = {}
    marks: Collection[str] = ()

    def position(self, connection):
        epoch = connection.fetch_value("SELECT epoch FROM counts")
        total = connection.fetch_value("SELECT total FROM counts")
        return Position(epoch, total, {"all": total})

    def begin_anew(self, connection, epoch):
        new = "UPDATE counts SET epoch = epoch || 'x', begun = begun + 1 WHERE epoch = %s"
        return bool(connection.execute(new, [epoch]).changes)


@pytest.fixture
def counts(admin):
    admin.execute("CREATE TABLE counts (epoch text, total bigint, begun bigint)")
    admin.execute("INSERT INTO counts VALUES ('first', 100, 0)")
    yield admin
    admin.execute("DROP TABLE counts")


@pytest.fixture
def machines(tmp_path, counts):
    return [HighWaterMark(tmp_path / f"{name}-mark", Counts()) for name in ("one", "two", "three")]


def look(mark):
    with closing(engine_of("default").connect(reading=False)) as connection:
        mark.look(connection, wait=True)


def state(counts):
    return counts.execute("SELECT epoch, begun FROM counts").fetchone()


def test_one_after_the_other(machines, counts):
    for mark in machines:
        look(mark)
    counts.execute("UPDATE counts SET total = 50")
    for mark in machines * 2:
        look(mark)
    assert state(counts) == ("firstx", 1)
    counts.execute("UPDATE counts SET total = 40")  # and again
    for mark in machines:
        look(mark)
    assert state(counts) == ("firstxx", 2)


def test_at_the_same_moment(machines, counts):
    for mark in machines:
        look(mark)
    counts.execute("UPDATE counts SET total = 50")
    together = threading.Barrier(len(machines))

    def both(mark):
        together.wait(30)
        look(mark)

    threads = [threading.Thread(target=both, args=[mark]) for mark in machines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert state(counts) == ("firstx", 1)


def test_a_copy_from_before_the_last_new_history_is_known_as_one(machines, counts):
    look(machines[0])
    counts.execute("UPDATE counts SET total = 50")
    look(machines[0])
    counts.execute("UPDATE counts SET epoch = 'first', total = 70")
    look(machines[0])
    assert state(counts) == ("firstx", 2)
    look(machines[0])
    assert state(counts) == ("firstx", 2)


def test_what_is_still_there_is_no_loss(machines, counts):
    for total in (100, 120, 150):
        counts.execute("UPDATE counts SET total = %s", [total])
        for mark in machines:
            look(mark)
    assert state(counts) == ("first", 0)
