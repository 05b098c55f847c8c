"""The warm process that takes pictures apart, seen from the server: one job at a time, with an end to waiting."""

from __future__ import annotations

import json
import logging
import os
import re
import socket
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

logger = logging.getLogger("chat")

SECONDS = 60.0
"""By the clock, on a machine that is busy. What computes for so long has been ended before, by the system."""
PIXELS = 100_000_000
"""More than the photos of most telephones have. Whoever looks at one needs four bytes for each."""

_ROOT = Path(__file__).resolve().parents[2]
_SIDES = range(1, 1 << 16)
_PREVIEW = re.compile(r"data:image/webp;base64,[A-Za-z0-9+/]{1,800}={0,2}")


class NoAnswer(Exception):
    """It ended, or answered what it never would, or took too long."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What could be decoded: its size, upright, and a `data:` URL of a few dozen pixels."""

    width: int
    height: int
    preview: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a picture: whether the cleaned one is whole, and how it looks where it could be decoded."""

    cleaned: bool = False
    seen: Seen | None = None


class PictureProcess:
    """Starts with its first job, and anew after one that it did not survive. For one thread.

    It ends when this process does, however that ends: its line is closed then.
    """

    def __init__(self, seconds: float = SECONDS, pixels: int = PIXELS) -> None:
        self._seconds = seconds
        self._pixels = pixels
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None

    @property
    def pid(self) -> int | None:
        """Its number in the system, while it runs."""
        return self._process.pid if self._process else None

    def develop(self, kind: str, source: Path, cleaned: Path, thumb: Path) -> Answer:
        """Have a picture cleaned and made small. Blocks, `seconds` at most.

        `cleaned` and `thumb` are written anew. They hold nothing of worth where the answer does not say so.
        """
        job = json.dumps({"type": kind, "pixels": self._pixels}).encode() + b"\n"
        with ExitStack() as files:
            opened = (source.open("rb"), _new(cleaned), _new(thumb))
            numbers = [files.enter_context(file).fileno() for file in opened]
            try:
                line = self._running() or self._start()
                line.settimeout(self._seconds)
                socket.send_fds(line, [job], numbers)
                return _read(_line_of(line))
            except (OSError, NoAnswer) as error:
                logger.warning("a picture is kept as a plain file: the process for it gave no answer (%r)", error)
                self.end()
                return Answer()

    def _running(self) -> socket.socket | None:
        """The line to the process, unless it was ended from outside, for want of memory for instance."""
        return self._line if self._process is not None and self._process.poll() is None else None

    def _start(self) -> socket.socket:
        self.end()
        ours, theirs = socket.socketpair()
        with theirs:
            # It inherits no secrets: of the environment nothing, of open files this line.
            self._process = subprocess.Popen(
                [sys.executable, "-m", "chat.pictures.child"],
                stdin=theirs.fileno(),
                cwd=_ROOT,
                env={},
                start_new_session=True,
            )
        self._line = ours
        return ours

    def end(self) -> None:
        """End it. The next job starts another one."""
        line, self._line = self._line, None
        process, self._process = self._process, None
        if line is not None:
            line.close()
        if process is not None:
            process.kill()
            process.wait()


def _new(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "r+b")


def _line_of(line: socket.socket) -> bytes:
    text = b""
    while not text.endswith(b"\n"):
        more = line.recv(4096)
        if not more or len(text) > 4096:
            raise NoAnswer
        text += more
    return text


def _read(text: bytes) -> Answer:
    """It has had a stranger's bytes in its hands: what it says is looked at as if a stranger said it."""
    try:
        said = json.loads(text)
        cleaned, seen = said["cleaned"], said["picture"] and Seen(**said["picture"])
    except (ValueError, KeyError, TypeError) as error:
        raise NoAnswer from error
    if cleaned is not True or seen is None:
        return Answer(cleaned is True)
    if seen.width not in _SIDES or seen.height not in _SIDES or not _PREVIEW.fullmatch(seen.preview):
        raise NoAnswer
    return Answer(True, seen)
