"""Waiting for what another process does to the files of a folder, without asking again and again."""

from __future__ import annotations

import ctypes
import os
import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

MODIFIED, MOVED_HERE, MADE = 0x2, 0x80, 0x100
"""Linux' inotify(7)."""
DEADLINE = 60.0
"""Seconds after which a test is stopped that waits in vain."""


@contextmanager
def watched(folder: Path) -> Iterator[Callable[[], None]]:
    """Gives a function that waits for a change, or returns at once if there was one since it was called last."""
    system = ctypes.CDLL(None, use_errno=True)
    descriptor = system.inotify_init1(os.O_CLOEXEC)
    if descriptor < 0:
        raise OSError(ctypes.get_errno(), "inotify_init1")
    try:
        if system.inotify_add_watch(descriptor, os.fsencode(folder), MODIFIED | MOVED_HERE | MADE) < 0:
            raise OSError(ctypes.get_errno(), "inotify_add_watch", str(folder))

        def wait() -> None:
            changed, _, _ = select.select([descriptor], [], [], DEADLINE)
            assert changed, f"nothing happens in {folder}"
            os.read(descriptor, 64 * 1024)

        yield wait
    finally:
        os.close(descriptor)
