"""What outlasts the machine's end."""

from __future__ import annotations

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Return when what this file holds, or which names this folder has, is on the disk. Blocks."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
