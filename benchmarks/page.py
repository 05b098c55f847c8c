"""What the benchmarks share: where they write, how they ask, and how they say what was promised and what was kept."""

from __future__ import annotations

import argparse
import os
import platform
import re
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import config  # noqa: F401 - links the newer SQLite before anybody looks for one

import sqlite3  # isort: skip

BASE_DIR = Path(__file__).resolve().parent.parent
DOCS = BASE_DIR / "docs"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


class Promise(NamedTuple):
    """A line of what must be reached, and what was."""

    text: str
    measured: str
    kept: bool


def promises_table(kept: list[Promise]) -> str:
    rows = [[promise.text, promise.measured, "yes" if promise.kept else "**no**"] for promise in kept]
    return table(["promised", "measured", "kept"], rows)


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def machine(folder: Path, environment: dict[str, str]) -> str:
    """One sentence about what this run ran on."""
    readers = environment.get("STORAGE_WORKER_COUNT") or "the default number of"
    return (
        f"{os.cpu_count()} CPUs ({_cpu()}), {platform.system()}, {_filesystem(folder)},"
        f" Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {readers} reading threads"
    )


def _cpu() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        found = re.search(r"model name\s*: (.*)", information.read_text())
        if found:
            return found[1]
    return platform.processor() or platform.machine()


def _filesystem(folder: Path) -> str:
    """The kind of file system the folder lies on: in memory a sync costs nothing, and that must be seen."""
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return "an unknown file system"
    points = [line.split()[1:3] for line in mounts.read_text().splitlines()]
    holding = [(point, kind) for point, kind in points if folder.is_relative_to(point)]
    return max(holding, key=lambda mount: len(mount[0]))[1]


def disk() -> Path:
    """Where databases are measured. Not in /tmp, which may lie in memory, where a sync costs nothing."""
    lasting = Path("/var/tmp")  # noqa: S108 - folders in it are made by mkdtemp
    return lasting if lasting.is_dir() else Path(tempfile.gettempdir())


def arguments(name: str, about: str | None, rounds: int) -> argparse.ArgumentParser:
    """What every benchmark may be asked for; `about` is its docstring."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=(about or "").split("\n")[0])
    parser.add_argument("--rounds", type=int, default=rounds, help=f"how often everything is measured ({rounds})")
    parser.add_argument("--quick", action="store_true", help="one round, and nothing is written")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a promised ratio is missed")
    return parser


def write(page: str, picture: str, text: str, chart: str) -> None:
    """Put the text between the marks of this page in docs/, and the chart, an SVG, beside it."""
    file = DOCS / page
    before, _, rest = file.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    file.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")
    images = DOCS / "images"
    images.mkdir(exist_ok=True)
    (images / picture).write_text(chart)


def status(promises: list[Promise], *, check: bool) -> int:
    """The program's exit status; with `check` it is 1 if a promise was missed, and which is said."""
    missed = [promise for promise in promises if not promise.kept]
    if check and missed:
        print("Missed:", *(f"- {promise.text}: {promise.measured}" for promise in missed), sep="\n", file=sys.stderr)
        return 1
    return 0
