"""`python -m tests.both [ARGUMENTS OF PYTEST...]`: the tests on both engines beside each other, and one summary.

What stands on no database, what cannot differ by engine, and what is about SQLite alone, runs on SQLite only.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence

ON_POSTGRES = ("-m", "not quick and not sqlite_only and not any_engine")
NOTHING_TO_RUN = 5
"""What pytest ends with where no test was chosen."""

SUMMARY = re.compile(r"^(?:=+ )?(\d+ \w+.*) in [\d.]+s")
COUNT = re.compile(r"(\d+) (failed|passed|skipped|xfailed|xpassed|errors?)")


class Run:
    """pytest on one engine, whose lines are printed as they come, under its name."""

    def __init__(self, engine: str, name: str, arguments: Sequence[str]) -> None:
        self.name = name
        self.counts: Counter[str] = Counter()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *arguments],
            env=os.environ | {"TEST_ENGINE": engine},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            sys.stdout.write(f"{self.name:<10} | {line}")
            sys.stdout.flush()
            if summary := SUMMARY.match(line):
                self.counts = Counter({word.rstrip("s"): int(number) for number, word in COUNT.findall(summary[1])})

    def wait(self) -> int:
        """What it ends with, once it has."""
        self._reading.join()
        return self._process.wait()

    def stop(self) -> None:
        """Let it end early."""
        self._process.terminate()


def words(counts: Counter[str]) -> str:
    """As pytest says it: what is wrong comes first."""
    order = ("failed", "error", "passed", "skipped", "xfailed", "xpassed")
    return ", ".join(f"{counts[word]} {word}" for word in order if counts[word]) or "no tests"


def main(arguments: Sequence[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended early"))
    began = time.monotonic()
    runs = [Run("sqlite", "SQLite", arguments), Run("postgres", "PostgreSQL", [*arguments, *ON_POSTGRES])]
    try:
        codes = [run.wait() for run in runs]
    finally:
        for run in runs:
            run.stop()
    if NOTHING_TO_RUN in codes and set(codes) != {NOTHING_TO_RUN}:
        codes.remove(NOTHING_TO_RUN)
    each = "; ".join(f"{run.name}: {words(run.counts)}" for run in runs)
    together = words(sum((run.counts for run in runs), Counter()))
    line = f" {together} in {time.monotonic() - began:.2f}s "
    sys.stdout.write(f"\n{each}\n{line:=^100}\n")
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
