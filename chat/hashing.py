"""Passwords are hashed by a few threads at a time: hashing takes long on purpose, and everybody else's messages wait
for the same processors."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.hashers import PBKDF2PasswordHasher

AT_ONCE = min(2, max(1, (os.cpu_count() or 1) - 1))  # one processor stays free for messages
QUEUE = 8
WAIT_SECONDS = 10.0


class Busy(Exception):
    """So many passwords wait to be hashed that this one is not even begun."""

    def __str__(self) -> str:
        return "too many passwords wait to be hashed"


class Turns:
    """Lets `at_once` threads do something at a time, while at most `queue` wait for it."""

    def __init__(self, at_once: int, queue: int) -> None:
        self._free = threading.BoundedSemaphore(at_once)
        self._most = at_once + queue
        self._here = 0
        self._lock = threading.Lock()

    @contextmanager
    def take(self) -> Iterator[None]:
        """Wait for a turn and hold it.

        Raises:
            Busy: too many wait already, or it took too long.
        """
        with self._lock:
            if self._here >= self._most:
                raise Busy
            self._here += 1
        try:
            if not self._free.acquire(timeout=WAIT_SECONDS):
                raise Busy
            try:
                yield
            finally:
                self._free.release()
        finally:
            with self._lock:
                self._here -= 1


turns = Turns(AT_ONCE, QUEUE)


class QueuedPasswordHasher(PBKDF2PasswordHasher):
    """Django's own, whose hashes it reads and writes, in turns."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        """The hash of a password; `verify` comes here too.

        Raises:
            Busy: not now.
        """
        with turns.take():
            return super().encode(password, salt, iterations)
