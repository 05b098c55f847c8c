"""Stopping a statement on the server, from another thread, without waiting for it."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from contextlib import suppress
from typing import Any

import psycopg

logger = logging.getLogger("storage")

PATIENCE_SECONDS = 3.0
AGAIN_SECONDS = 0.1


class Canceller:
    """Cancels what one connection runs.

    A request to cancel goes to the server on a connection of its own and takes as long as that takes, so it has a
    thread. Where the server cannot be reached for it, or was and its answer does not come, the connection is cut off:
    whoever waits for it is free at once.
    """

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        self._raw = raw
        # A descriptor of our own: libpq closes its own when it likes, and the number would be somebody else's by then.
        self._socket = socket.socket(fileno=os.dup(raw.pgconn.socket))
        self._changed = threading.Condition()
        self._on_its_way = False
        self._not_before = 0.0
        self._asked_at: float | None = None  # first, for what is running

    def cancel(self) -> None:
        """Have the statement that is running stopped. Does nothing while a request is on its way, or just was."""
        with self._changed:
            now = time.monotonic()
            if self._on_its_way or now < self._not_before:
                return
            self._on_its_way = True
            self._asked_at = now if self._asked_at is None else self._asked_at
            in_vain = now - self._asked_at > PATIENCE_SECONDS
        threading.Thread(target=self._ask, args=(in_vain,), name="storage cancel", daemon=True).start()

    def settle(self) -> None:
        """Wait until no request is on its way any more: it would hit what the connection runs next."""
        with self._changed:
            self._changed.wait_for(lambda: not self._on_its_way)
            self._asked_at = None

    def close(self) -> None:
        """Before the connection is closed."""
        self.settle()
        self._socket.close()

    def _ask(self, in_vain: bool) -> None:
        try:
            if in_vain:
                raise psycopg.errors.CancellationTimeout
            self._raw.cancel_safe(timeout=PATIENCE_SECONDS)
        except psycopg.Error as error:
            logger.warning("a statement could not be cancelled, its connection is cut off: %s", type(error).__name__)
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        finally:
            with self._changed:
                self._on_its_way = False
                self._not_before = time.monotonic() + AGAIN_SECONDS
                self._changed.notify_all()
