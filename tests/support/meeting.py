"""Several who write at the same time, each in a transaction on a thread of its own.

A test holds a row itself until all who are to meet wait for it, so they meet every time. On SQLite, where one follows
the other, they come to the same end.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections

from tests.support.databases import ENGINE

PATIENCE = 60.0

Work = Callable[[], Any]


class Meeting:
    """Works on threads of their own, each begun when those before it wait for a lock."""

    def __init__(self) -> None:
        self.results: list[Any] = []
        self._threads: list[threading.Thread] = []

    def begin(self, work: Work) -> None:
        """Begin the work and wait until it waits."""
        place = len(self._threads)
        self.results.append(None)
        thread = threading.Thread(target=self._run, args=(place, work), daemon=True)
        self._threads.append(thread)
        thread.start()
        if ENGINE == "sqlite":
            thread.join(PATIENCE)  # there it is the only one that writes
            return
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            while thread.is_alive() and cursor.fetchone()[0] <= place:
                thread.join(0.01)
                cursor.execute(waiting)
        assert thread.is_alive(), f"nobody waited: {self.results[place]!r}"

    def _run(self, place: int, work: Work) -> None:
        try:
            self.results[place] = work()
        except Exception as error:  # noqa: BLE001 - it is what came of it
            self.results[place] = error
        finally:
            connections.close_all()

    def end(self) -> list[Any]:
        """What came of each, once all have ended."""
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()
        return self.results


@contextmanager
def held(statement: str) -> Iterator[Any]:
    """Meanwhile somebody else holds these rows; gives a function that has them do something before they let go."""
    if ENGINE == "sqlite":
        yield lambda _: None
        return
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(statement)
            yield cursor.execute
        other.commit()
    finally:
        other.close()


def at_once(rows: str, *works: Work) -> list[Any]:
    """Have these meet at the rows, and return what came of each: what it returned or raised."""
    meeting = Meeting()
    with held(rows):
        for work in works:
            meeting.begin(work)
    return meeting.end()
