"""Where the event loop's thread spends its time while the workers answer the benchmark's questions.

    .venv/bin/python -m benchmarks.profile_loop

Runs every measure of `benchmarks.storage` on the workers under py-spy, which looks at all threads 250 times a second
from outside, and prints where the loop's thread was. Exits with 1 if a single look found it inside SQLite, its driver,
Django's database code or the store's own conversion of rows, or if the same look never found the workers there (then
it would prove nothing). With `--native` it sees into C code as well, and runs three times as slowly.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from benchmarks.contest.plan import MEASURES
from benchmarks.page import BASE_DIR
from benchmarks.storage import world

LOOP = "MainThread"
# The loop's thread runs the program's imports and its end too; only what the loop itself runs is of interest.
LOOP_FRAME = "run_forever (asyncio/"
FORBIDDEN = (
    "storage/connections.py",
    "storage/sqlite/connection.py",
    "sqlite3",
    "django/db/backends/",
    "django/db/models/",
    "django/db/utils.py",
)

WAITING = ("select (selectors.py", "wait (threading.py", "_worker (concurrent/futures/thread.py")


class Sample(NamedTuple):
    """The frames of one thread, outermost first, and how often they were seen."""

    thread: str
    frames: tuple[str, ...]
    seen: int


def record(rounds: int, rate: int, native: bool, folder: str | None) -> list[Sample]:
    """Run the workers' part of the benchmark under py-spy."""
    with world(folder) as (file, environment):
        out = file.with_suffix(".profile")
        child = [sys.executable, "-m", "benchmarks.contest.child", "on", *(list(MEASURES) * rounds)]
        spy = [str(Path(sys.executable).with_name("py-spy")), "record", "--rate", str(rate), "--threads", "--idle"]
        spy += ["--native"] * native + ["--format", "raw", "--output", str(out)]
        done = subprocess.run(
            [*spy, "--", *child],
            cwd=BASE_DIR,
            env={**environment, "STORAGE_WORKERS": "1"},
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode or not out.exists():
            raise SystemExit(f"py-spy could not do it:\n{done.stdout}{done.stderr}")
        return list(parse(out.read_text().splitlines()))


def parse(lines: Iterable[str]) -> Iterable[Sample]:
    """py-spy's raw format: frames separated by semicolons, then the number of times they were seen."""
    for line in lines:
        stack, _, count = line.rpartition(" ")
        thread, *frames = stack.split(";")
        yield Sample(thread.rpartition(": ")[2], tuple(frames), int(count))


def offences(samples: Iterable[Sample]) -> Counter[str]:
    """The frames of the loop's thread that have no business there, and how often they were seen."""
    found: Counter[str] = Counter()
    for sample in samples:
        wrong = next((frame for frame in sample.frames if any(part in frame for part in FORBIDDEN)), None)
        if wrong is not None:
            found[wrong] += sample.seen
    return found


def without_line(frame: str) -> str:
    return re.sub(r":\d+\)$", ")", frame)


def shown(title: str, counts: Counter[str], most: int) -> None:
    total = sum(counts.values())
    print(f"\n{title}: {total:,} looks")
    for what, count in counts.most_common(most):
        print(f"  {count:6,}  {count / total:5.1%}  {what}")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.profile_loop", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--rounds", type=int, default=3, help="how often every measure runs (3)")
    parser.add_argument("--rate", type=int, default=250, help="looks a second (250)")
    parser.add_argument("--native", action="store_true", help="see into C code as well")
    parser.add_argument("--dir", help="where the database of the run is made: a folder on a real disk")
    options = parser.parse_args()

    samples = record(options.rounds, options.rate, options.native, options.dir)
    on_loop = [s for s in samples if s.thread == LOOP and any(LOOP_FRAME in frame for frame in s.frames)]
    innermost: Counter[str] = Counter()
    for sample in on_loop:
        innermost[without_line(sample.frames[-1])] += sample.seen
    if not innermost:
        raise SystemExit("the profile holds nothing of the event loop: is its thread called otherwise?")
    shown("The event loop's thread, by innermost function", innermost, 15)
    threads: Counter[str] = Counter()
    for sample in samples:
        if sample.frames and not any(waiting in sample.frames[-1] for waiting in WAITING):
            threads[sample.thread] += sample.seen
    shown("All threads, where they were not waiting for others", threads, 10)

    wrong = offences(on_loop)
    caught, looks = wrong.total(), innermost.total()
    control = offences(s for s in samples if s.thread.startswith("storage default readers")).total()
    print(f"\nInside SQLite or row conversion: the loop's thread {caught} of {looks:,} looks, the readers {control:,}")
    for frame, count in wrong.most_common():
        print(f"  {count:6,}  {frame}")
    return 1 if wrong or not control else 0


if __name__ == "__main__":
    sys.exit(main())
