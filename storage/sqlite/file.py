"""The database file as this process knows it: whether the configured path still is the file that is open.

A file can be moved, deleted or replaced under a running server. SQLite goes on in the file it has open, wherever that
is by now: what is acknowledged then, nobody will find again. So a commit counts only while the path is the open file,
and once another file lies there every connection is replaced.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NoReturn
from weakref import WeakMethod

from storage.exceptions import FileLost
from storage.locks import PRIVATE

logger = logging.getLogger("storage")

Identity = tuple[int, int]  # device and inode

RENEW_SECONDS = 1.0
WAIT_SECONDS = 1.5


def identity_of(path: str) -> Identity | None:
    """Which file this is; None where there is none that could be reached."""
    try:
        found = os.stat(path)  # noqa: PTH116 - asked at every commit: a Path would take twice as long
    except OSError:
        return None
    return found.st_dev, found.st_ino


class DatabaseFile:
    """One path. `generation` counts how often all connections had to be replaced; a connection remembers its own."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.generation = 0
        self._identity: Identity | None = None
        self._beside: dict[str, Identity | None] = {}  # paths of the log and its index, as they were when last opened
        self._changed = threading.Condition()
        self._open: Counter[int] = Counter()  # connections, by generation
        self._idlers: list[WeakMethod[Callable[[], None]]] = []
        self._renewed_at = float("-inf")
        self._waits_for_older = False
        self._said_lost = False

    def create(self) -> None:
        """Make an empty file, readable by its owner alone, where there is none. SQLite gives its log the same mode."""
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))

    def keep_private(self) -> None:
        """Take the rights of others from what an earlier version has made readable to all."""
        # By name: to close a descriptor of one's own would drop the locks that SQLite has on the file.
        names = [self.beside(end) for end in ("", "-wal", "-shm", "-checkpointer")]
        for path in map(Path, [*names, f"{self.path}-mark"]):
            if path.exists() and path.stat().st_mode & 0o077:
                path.chmod(PRIVATE)

    def beside(self, end: str) -> str:
        """The path of the log (`-wal`), say. It lies beside the file itself, not beside a link to it."""
        return os.path.realpath(self.path) + end

    # A connection's life

    def enter(self) -> tuple[Identity, int]:
        """Before a connection is opened: which file it will be, and the generation it belongs to.

        Raises:
            FileLost: there is none. SQLite would make an empty one.
        """
        here = identity_of(self.path)
        if here is None:
            self._lost()
        self.look()
        with self._changed:
            if self._waits_for_older:
                self._changed.wait_for(lambda: not self._older(), timeout=WAIT_SECONDS)
                self._waits_for_older = bool(self._older())
            self._open[self.generation] += 1
            return here, self.generation

    def entered(self, identity: Identity) -> None:
        """After it was opened.

        Raises:
            FileLost: meanwhile the path became another file.
        """
        self.check(identity)
        with self._changed:
            self._beside = {path: identity_of(path) for path in (self.beside("-wal"), self.beside("-shm"))}

    def left(self, generation: int) -> None:
        """After a connection of this generation was closed, or could not be opened."""
        with self._changed:
            self._open[generation] -= 1
            self._changed.notify_all()

    def check(self, identity: Identity) -> None:
        """Compare the path with a file that is open.

        Raises:
            FileLost: it is another one, or none.
        """
        here = identity_of(self.path)
        if here is None:
            self._lost()
        if here != identity:
            self.look()
            raise FileLost(self.path)

    def look(self) -> bool:
        """See whether another file lies here by now; then every connection is out of date. Returns whether any does."""
        with self._changed:
            here = identity_of(self.path)  # within: two threads must not follow two files in the wrong order
            if here is None:
                return False
            before = self.generation
            self._follow(here)
        if self.generation != before:
            self._close_idle()
        return True

    def renew(self) -> None:
        """Have every connection of this process replaced, none opened before all are closed; at most once a second.

        What SQLite shares among a process's connections is made anew then: an index that could only be read stays so
        until the last one is closed, though the file can be written to again.
        """
        with self._changed:
            if time.monotonic() - self._renewed_at < RENEW_SECONDS:
                return
            self._renewed_at = time.monotonic()
            self.generation += 1
            self._waits_for_older = True
        self._close_idle()

    def on_change(self, close_idle: Callable[[], None]) -> None:
        """Have this method called, from any thread, when connections that nobody uses are to be closed."""
        self._idlers.append(WeakMethod(close_idle))

    # Within

    def _older(self) -> int:
        return sum(count for generation, count in self._open.items() if generation < self.generation)

    def _close_idle(self) -> None:
        for reference in list(self._idlers):
            close_idle = reference()
            if close_idle is None:
                self._idlers.remove(reference)
            else:
                close_idle()

    def _follow(self, here: Identity) -> None:
        """The path is this file: go on with it. Called with the lock held."""
        if self._said_lost or self._identity not in {None, here}:
            another = "another file lies there" if self._identity != here else "it is there again"
            logger.error("%s: %s: going on with it", self.path, another)
        self._said_lost = False
        if self._identity not in {None, here}:
            self._set_aside()
            self.generation += 1
        self._identity = here

    def _set_aside(self) -> None:
        """Keep the log of the file that was here from being taken for the log of the one that is here now."""
        old = self._identity[1] if self._identity else 0
        for path, known in self._beside.items():
            if known is None or identity_of(path) != known:
                continue  # it went with its file
            with suppress(FileNotFoundError):  # another process was faster
                if path.endswith("-wal") and Path(path).stat().st_size:
                    kept = f"{path}-of-{old}"
                    Path(path).rename(kept)
                    logger.error("%s: the log of the file that was there is kept as %s", self.path, kept)
                else:
                    Path(path).unlink()

    def _lost(self) -> NoReturn:
        with self._changed:
            said, self._said_lost = self._said_lost, True
        if not said:
            logger.error("%s: the file is gone or replaced: nothing is stored before there is one again", self.path)
        raise FileLost(self.path)


@cache
def database_file(path: str) -> DatabaseFile:
    """The one of this process for this path: all connections to it have to know of one another."""
    return DatabaseFile(path)


os.register_at_fork(after_in_child=database_file.cache_clear)  # those connections are the parent's
