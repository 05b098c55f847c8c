"""`python -m tests.breaks [PART OF A NAME...]`: break one promise after the other in a copy; its tests must turn red.

Prints a line for each, and exits with 1 if a break went unnoticed. Takes some ten minutes for all of them.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.breaks.breaks import BREAKS, Break
from tests.support.environment import ROOT

LINKED = (".ci", ".venv", "frontend/node_modules")
LEFT_OUT = shutil.ignore_patterns(".*", "node_modules", "var", "__pycache__", "docs", "benchmarks")
MOST_SECONDS = 300
HANGS = f"1 failed to end within {MOST_SECONDS} s"
FAILED = re.compile(r"^(?:[# ]*fail [1-9]|.*\b[1-9]\d* failed)", re.MULTILINE)


def main(parts: list[str]) -> int:
    chosen = [broken for broken in BREAKS if not parts or any(part in broken.name for part in parts)]
    unnoticed = [broken.name for broken in chosen if not notice(broken)]
    print(f"{len(chosen) - len(unnoticed)} of {len(chosen)} breaks were noticed.")
    return 1 if unnoticed or not chosen else 0


def notice(broken: Break) -> bool:
    """Whether the tests fail with this break."""
    with tempfile.TemporaryDirectory(prefix="posthorn-break-") as folder:
        copy = Path(folder, "posthorn")
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        for name in LINKED:
            (copy / name).symlink_to(ROOT / name)
        file = copy / broken.file
        file.write_text(file.read_text().replace(broken.old, broken.new))
        said = run(copy, broken)
    noticed = FAILED.search(said)
    color, evidence = ("red  ", noticed[0].strip("# ")) if noticed else ("GREEN", said[-2000:])
    print(f"{color} {broken.name}: {evidence}", flush=True)
    return noticed is not None


def run(copy: Path, broken: Break) -> str:
    """What the tests print. An error in what they stand on is no failure: a server that cannot start is none.

    Tests that never end have noticed as well: without a deadline, say, nothing stops an endless statement.
    """
    command = (
        ["node", "--test", *broken.tests]
        if broken.tests[0].endswith(".js")
        else [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *broken.tests]
    )
    env = {**os.environ, "TEST_ENGINE": broken.engine}
    with subprocess.Popen(
        command, cwd=copy, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        try:
            return process.communicate(timeout=MOST_SECONDS)[0]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return HANGS


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
