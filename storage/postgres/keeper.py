"""The one who moves a database's high-water mark on, from a thread of its own."""

from __future__ import annotations

import logging
import threading

from storage.history import HighWaterMark
from storage.postgres.connection import PostgresConnection

logger = logging.getLogger("storage")

EVERY_SECONDS = 2.0


class Keeper:
    """Looks at the mark every few seconds. Harmless in any number of processes, on any number of machines."""

    def __init__(self, alias: str, mark: HighWaterMark) -> None:
        self._alias = alias
        self._mark = mark
        self._failing = False
        self._connection: PostgresConnection | None = None
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name=f"storage {alias} keeper", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._ending.set()
        self._thread.join()

    def _work(self) -> None:
        ending = False
        while not ending:
            try:
                self._look()
            except Exception as error:  # noqa: BLE001 - whatever comes of it, the next look may go well
                if not self._failing:
                    logger.warning("%s: the high-water mark is not looked at, trying again: %s", self._alias, error)
                self._failing = True
                self._let_go()
            else:
                self._failing = False
            ending = self._ending.wait(EVERY_SECONDS)
        self._let_go()

    def _look(self) -> None:
        if self._connection is not None and self._connection.outdated:
            self._let_go()
        if self._connection is None:
            self._connection = PostgresConnection(self._alias, reading=False)
        self._mark.look(self._connection)

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
