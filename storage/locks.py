"""Locks between the processes of one machine, each on a file of its own."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

PRIVATE = 0o600
"""The mode of files that are for their owner alone."""


@contextmanager
def locked(path: str, *, wait: bool) -> Iterator[bool]:
    """Hold the lock `path` meanwhile. Whether it was free; always so with `wait`. A process that dies loses it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)
