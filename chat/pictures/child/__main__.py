"""Take jobs from the socket at standard input, one at a time, until it is closed.

A job is a line of JSON with three open files: the source, and those for the cleaned picture and the thumbnail. The
answer is a line of JSON, too (`chat.pictures.process`). What goes beyond the limits is an error, or the end of the
process: to the parent both mean that this is no picture.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import sys
import time
import warnings
from contextlib import ExitStack, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

MEMORY_BYTES = 1 << 30
FILE_BYTES = 1 << 30
FILES = 64
CPU_SECONDS = 20
"""For one picture. By the clock it may be more: this process is the last that gets a processor."""


def limit() -> None:
    """Less memory than would hurt, no large files, and the last place in every queue."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NOFILE, FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # macOS does not know them all
            resource.setrlimit(what, (most, most))
    os.nice(10)
    with suppress(OSError):  # where memory is short this process is to go, not the server
        Path("/proc/self/oom_score_adj").write_text("1000")


def _allow(seconds: int) -> None:
    """So much more of a processor; then the system ends this process."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + 1 + seconds, hard))


def serve(line: socket.socket) -> None:
    """Do one job after the other."""
    from PIL import Image  # noqa: PLC0415 - after the limits

    from chat.pictures.child.develop import FORMATS, clean, develop  # noqa: PLC0415 - likewise

    def answer(job: dict[str, Any], numbers: list[int]) -> dict[str, Any]:
        said: dict[str, Any] = {"cleaned": False, "picture": None}
        Image.MAX_IMAGE_PIXELS = job["pixels"]
        with ExitStack() as files:
            source, cleaned, thumb = (
                files.enter_context(os.fdopen(number, mode))
                for number, mode in zip(numbers, ("rb", "r+b", "wb"), strict=True)
            )
            try:
                notes = clean(FORMATS[job["type"]] or "", source, cleaned)
                said["cleaned"] = True
                said["picture"] = asdict(develop(FORMATS[job["type"]] or "", notes, cleaned, thumb))
            except Exception as error:  # noqa: BLE001 - decoders raise what they like
                said["why"] = type(error).__name__
        return said

    warnings.simplefilter("error", Image.DecompressionBombWarning)
    while True:
        text, numbers, _, _ = socket.recv_fds(line, 4096, 3)
        if not text:
            return
        _allow(CPU_SECONDS)
        line.sendall(json.dumps(answer(json.loads(text), numbers)).encode() + b"\n")


if __name__ == "__main__":
    limit()
    with socket.socket(fileno=os.dup(sys.stdin.fileno())) as parent:
        serve(parent)
