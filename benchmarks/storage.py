"""This store and its alternatives, side by side in one run.

.venv/bin/python -m benchmarks.storage              about seven minutes; writes docs/benchmarks.md and its chart
.venv/bin/python -m benchmarks.storage --quick      one round, prints only
.venv/bin/python -m benchmarks.storage --check      exits with 1 and a list if a promised ratio is missed
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import config  # noqa: F401 - links the newer SQLite before anybody looks for one

import sqlite3  # isort: skip

from benchmarks import page
from benchmarks.contest import messages, report
from benchmarks.contest.plan import CONTENDERS, JSON_MEASURES, NOTES, WITHOUT_JSON, turns


class Child:
    """A contender's process. It is idle while it is not asked, so that all may stand ready at once."""

    def __init__(self, name: str, environment: dict[str, str]) -> None:
        self.name = name
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.contest.child", name],
            cwd=page.BASE_DIR,
            env={**environment, "STORAGE_WORKERS": "0" if name == "off" else "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, question: str) -> dict[str, float]:
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: S101, PT018 - for mypy
        print(question, file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name}: its process ended while it was asked for {question!r} (see above)")
        answer: dict[str, float] = json.loads(line)
        return answer

    def stop(self) -> None:
        assert self._process.stdin is not None  # noqa: S101 - for mypy
        self._process.stdin.close()
        self._process.wait(30)


@contextmanager
def world(folder: str | None) -> Iterator[tuple[Path, dict[str, str]]]:
    """A database with the messages in a folder of its own, and the environment that leads there."""
    var = Path(tempfile.mkdtemp(prefix="posthorn-", dir=folder or page.disk()))
    file = var / "benchmark.sqlite3"
    environment = {**os.environ, "VAR_DIR": str(var), "DATABASE_URL": f"sqlite:///{file}"}
    try:
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, cwd=page.BASE_DIR, env=environment, check=True)
        messages.fill(str(file))
        yield file, environment
    finally:
        shutil.rmtree(var)


class Notes:
    """Looks, from outside, whether what was inserted is there; then clears it away, and the log with it."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, timeout=30, isolation_level=None)

    def expect(self, count: int, name: str) -> None:
        (found,) = self._connection.execute("SELECT count(DISTINCT client_id) FROM note").fetchone()
        if found != count:
            raise SystemExit(f"{name}: {found} notes are in the file, not {count}")
        self._connection.execute("DELETE FROM note")
        # Everybody starts with an empty log: otherwise who comes next pays for what this one wrote.
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._connection.close()


Samples = dict[tuple[str, str], list[dict[str, float]]]


def run(rounds: int, file: Path, environment: dict[str, str]) -> tuple[Samples, dict[str, float]]:
    """Every measure by every contender, round by round. Returns the samples, and each process's memory before."""
    notes = Notes(file)
    children = {name: Child(name, environment) for name in CONTENDERS}
    samples: Samples = defaultdict(list)
    base = {}
    for name, child in children.items():
        say(f"checking the answers: {name}")
        base[name] = child.ask("check")["base"]
    for done, (round_, measure, name) in enumerate(turns(rounds)):
        if measure in JSON_MEASURES and name in WITHOUT_JSON:
            continue
        say(f"round {round_ + 1} of {rounds}: {measure}, {name} ({100 * done // (rounds * turns_in_a_round())} %)")
        samples[measure, name].append(children[name].ask(measure))
        if measure in NOTES:
            notes.expect(NOTES[measure], name)
    for child in children.values():
        child.stop()
    notes.close()
    say("")
    return samples, base


def turns_in_a_round() -> int:
    return len(list(turns(1)))


def say(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
    elif text:
        print(text, file=sys.stderr, flush=True)


def medians(samples: Samples) -> dict[str, dict[str, dict[str, Any]]]:
    """For each measure and contender: the medians over the rounds, and the spread of the times."""
    result: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for (measure, name), rounds in samples.items():
        result[measure][name] = {key: statistics.median(sample[key] for sample in rounds) for key in rounds[0]}
        times = [sample["milliseconds"] for sample in rounds]
        result[measure][name].update(fastest=min(times), slowest=max(times))
    return result


def main() -> int:
    parser = page.arguments("storage", __doc__, rounds=7)
    parser.add_argument("--dry", action="store_true", help="print the tables instead of writing docs/benchmarks.md")
    parser.add_argument("--dir", help="where the database of the run is made: a folder on a real disk")
    options = parser.parse_args()
    rounds = 1 if options.quick else options.rounds

    with world(options.dir) as (file, environment):
        machine = page.machine(file, environment)
        samples, base = run(rounds, file, environment)
    results = medians(samples)
    peaks = {name: max(s["peak"] for (_, who), all_ in samples.items() if who == name for s in all_) for name in base}

    tables = report.tables(results, base, peaks)
    promises = report.promises(results, peaks)
    if options.quick or options.dry:
        print(tables, page.promises_table(promises), sep="\n\n")
    else:
        report.write(machine, rounds, tables, promises, results)
        print(page.promises_table(promises))
    return page.status(promises, check=options.check)


if __name__ == "__main__":
    sys.exit(main())
