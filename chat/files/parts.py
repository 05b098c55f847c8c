"""What has come of uploads: a file each, whose size is the offset, and nothing else is.

Everything here waits for the disk: on the event loop it is called through `run`.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import FileIO
from pathlib import Path
from typing import TypeVar, TypeVarTuple

from django.conf import settings

from chat.files.durable import sync

Args = TypeVarTuple("Args")
T = TypeVar("T")

THREADS = 4
SYNC_BYTES = 8 * 1024 * 1024
"""So much is written before it is synced. Much more at once would hold up everybody else who syncs on this disk."""

UNCHECKED = ".unchecked"
DEVELOPED = (".clean", ".thumb")  # by `chat.pictures.look`

_threads = ThreadPoolExecutor(THREADS, "uploads")


class Taken(Exception):
    """Somebody else writes to this upload."""


async def run(work: Callable[[*Args], T], *args: *Args) -> T:
    """Have this done on a thread of the uploads' own: the database's shall not wait for large files."""
    return await asyncio.get_running_loop().run_in_executor(_threads, work, *args)


def folder() -> Path:
    """Where parts are kept."""
    path: Path = settings.VAR_DIR / "uploads"
    return path


def path_of(upload: str) -> Path:
    """Where the part of this upload is, if there is one."""
    return folder() / upload


def size_of(upload: str) -> int:
    """How much has come."""
    try:
        return path_of(upload).stat().st_size
    except FileNotFoundError:
        return 0


def remove(upload: str) -> None:
    """Forget what has come, if anything has, and what was made of it."""
    for suffix in ("", UNCHECKED, *DEVELOPED):
        path_of(upload + suffix).unlink(missing_ok=True)


def older_than(seconds: float) -> set[str]:
    """The uploads of which something is here that nobody has changed for so long."""
    long_ago = time.time() - seconds
    found = set()
    with contextlib.suppress(FileNotFoundError), os.scandir(folder()) as entries:
        for entry in entries:
            with contextlib.suppress(FileNotFoundError):
                if entry.stat().st_mtime < long_ago:
                    found.add(entry.name.partition(".")[0])
    return found


class Part:
    """The part of an upload, for its one writer. Made if there is none; to be closed, which may be done at any time.

    Raises:
        Taken: it has a writer.
        OSError: the disk does not want it.
    """

    def __init__(self, upload: str) -> None:
        self._upload = upload
        self._file = _open(path_of(upload))
        self._unsynced = 0
        # A thread may still be writing when whoever waited for it has given up: no other file gets its number then.
        self._in_use = threading.Lock()
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not _is_at(self._file, path_of(upload)):  # its last writer has removed it meanwhile
                raise Taken
        except OSError as error:
            self._file.close()
            raise Taken from error
        except Taken:
            self._file.close()
            raise

    @property
    def size(self) -> int:
        """How much has come."""
        return os.fstat(self._file.fileno()).st_size

    def append(self, data: bytes) -> None:
        """Write this at the end. It may be lost with the machine before `sync`."""
        with self._in_use:
            _write(self._file, data)
            self._unsynced += len(data)
            if self._unsynced >= SYNC_BYTES:
                self._sync()

    def append_checked(self, unchecked: Unchecked) -> None:
        """Write at the end what was kept apart from it."""
        with self._in_use:
            unchecked.rewind()
            while piece := unchecked.read(SYNC_BYTES):
                _write(self._file, piece)
                self._sync()

    def sync(self) -> None:
        """Return when all that was written outlasts the machine's end."""
        with self._in_use:
            self._sync()

    def _sync(self) -> None:
        os.fdatasync(self._file.fileno())
        self._unsynced = 0

    def close(self) -> None:
        """Let somebody else write."""
        with self._in_use:
            self._file.close()


class Unchecked:
    """What comes with a checksum, kept apart from the part until it is all there and is what it shall be.

    In the part it would count as received, whatever it is, if the process ended now.
    """

    def __init__(self, upload: str, algorithm: str) -> None:
        self._file = _open(path_of(upload + UNCHECKED))
        self._file.truncate(0)
        self._hash = hashlib.new(algorithm, usedforsecurity=False)
        self._in_use = threading.Lock()
        self.size = 0

    def append(self, data: bytes) -> None:
        """Write this at the end."""
        with self._in_use:
            _write(self._file, data)
            self._hash.update(data)
            self.size += len(data)

    def digest(self) -> bytes:
        """Of all that came."""
        return self._hash.digest()

    def rewind(self) -> None:
        """Begin to `read` at the beginning."""
        self._file.seek(0)

    def read(self, most: int) -> bytes:
        """The next so many bytes; none at the end."""
        return self._file.read(most)

    def close(self) -> None:
        """Forget it."""
        with self._in_use:
            self._file.truncate(0)
            self._file.close()


def free() -> int:
    """How many bytes the disk has for uploads: a reserve is the chat's."""
    _make_folder()
    return shutil.disk_usage(folder()).free - 2 * settings.DISK_RESERVE_MB * 1024 * 1024


def _make_folder() -> None:
    try:
        folder().mkdir(mode=0o700)
    except FileExistsError:
        return
    sync(folder().parent)


def _open(path: Path) -> FileIO:
    _make_folder()
    made = not path.exists()
    file = FileIO(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600), "r+")
    if made:
        sync(path.parent)
    return file


def _is_at(file: FileIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _write(file: FileIO, data: bytes) -> None:
    if free() < len(data):
        raise OSError(errno.ENOSPC, "no room for uploads")
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]
