"""Runs `manage.py` on a database that lies on a small disk of its own, which only this process and `fill` can see.

As `Server(program=PROGRAM)`. Ends at once with the word "NotPermitted" where the machine does not allow that.
"""

from __future__ import annotations

import os
import runpy
import shutil
import sys
from pathlib import Path

from tests.storage.faults.machine import NotPermitted, SmallDisk
from tests.support.environment import ROOT

PROGRAM = ("-m", "tests.support.on_small_disk")
MEGABYTES = 16


def fill(process: int, var: Path) -> Path:
    """Leave no space on the disk of the server that has this process id. Returns the file that takes it."""
    ballast = Path(f"/proc/{process}/root{var}/small/ballast")
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(1024 * 1024)):
                pass
        except OSError:
            pass
        try:
            while file.write(b"."):
                pass
        except OSError:
            pass
    return ballast


def main() -> None:
    var = Path(os.environ["VAR_DIR"])
    folder = var / "small"
    folder.mkdir(exist_ok=True)
    try:
        SmallDisk(folder, MEGABYTES * 1024 * 1024)
    except NotPermitted as refusal:
        sys.stdout.write(f"NotPermitted: {refusal}\n")
        return
    shutil.copy(var / "posthorn.sqlite3", folder)
    os.environ["DATABASE_URL"] = f"sqlite:///{folder}/posthorn.sqlite3"
    sys.argv[0] = "manage.py"
    runpy.run_path(str(ROOT / "manage.py"), run_name="__main__")


if __name__ == "__main__":
    main()
