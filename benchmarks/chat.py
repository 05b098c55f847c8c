"""This chat and an idiomatic one on Daphne and on Uvicorn, side by side in one run; or this chat on two databases.

.venv/bin/python -m benchmarks.chat              about eleven minutes; writes docs/benchmarks-chat.md and its chart
.venv/bin/python -m benchmarks.chat --quick      one round, prints only
.venv/bin/python -m benchmarks.chat --check      exits with 1 and a list if a promised ratio is missed
.venv/bin/python -m benchmarks.chat --database sqlite postgres    writes docs/benchmarks-databases.md instead
"""

from __future__ import annotations

import asyncio
import gc
import secrets
import shutil
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks import page
from benchmarks.load import report
from benchmarks.load.measures import MEASURES, Result
from benchmarks.load.target import Target, World
from benchmarks.page import disk
from tests.support.postgres import Cluster

SERVERS = ("daphne", "uvicorn")
DATABASES = ("sqlite", "postgres")
THREE = 3
# For the idiomatic chat, whose layer in Redis times out then.
TOO_MUCH = {"sockets_200", "sockets_1000", "once"}
# For three processes: one socket would be measured at one of them.
TOO_LITTLE = {"one", "fifty"}


@dataclass(frozen=True)
class Contestant:
    """What is measured: a world on a kind of server."""

    world: World
    server: str
    processes: int = 1

    @property
    def name(self) -> str:
        """What its row is called."""
        more = f", {self.processes} processes" if self.processes > 1 else ""
        return f"{self.world.name}, {self.server}{more}"

    def takes(self, measure: str) -> bool:
        """Whether this says anything of it."""
        return measure not in (TOO_MUCH if self.world.chat == "idiomatic" else TOO_LITTLE if self.processes > 1 else ())

    def measure(self, measure: str) -> Result:
        """On servers of its own: nobody gains or loses by what was measured before."""
        gc.collect()
        target = Target(self.world, self.server, self.processes)
        try:
            return asyncio.run(MEASURES[measure][1](target))
        finally:
            target.stop()


def run(rounds: int, only: Sequence[str], contestants: Sequence[Contestant]) -> report.Results:
    """Every measure of every contestant, round by round; the medians."""
    samples: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for round_ in range(rounds):
        for measure in only:
            for contestant in contestants:
                if contestant.takes(measure):
                    title = f"{MEASURES[measure][0]}, {contestant.name}"
                    print(f"round {round_ + 1} of {rounds}: {title}", file=sys.stderr)
                    samples[measure, contestant.name].append(contestant.measure(measure))
    results: report.Results = defaultdict(dict)
    for (measure, name), found in samples.items():
        results[measure][name] = {key: statistics.median(sample[key] for sample in found) for key in found[0]}
        for key in ("lost", "doubled", "disordered"):  # in any round
            if key in found[0]:
                results[measure][name][key] = max(sample[key] for sample in found)
    return results


@contextmanager
def two_chats() -> Iterator[list[Contestant]]:
    """This one and the idiomatic one, each on a file."""
    worlds = [World(chat) for chat in ("posthorn", "idiomatic")]
    try:
        yield [Contestant(world, server) for server in SERVERS for world in worlds]
    finally:
        for world in worlds:
            world.remove()


@contextmanager
def databases(names: Sequence[str]) -> Iterator[list[Contestant]]:
    """This chat on these databases; PostgreSQL is one of its own, durable, and has three processes at once as well."""
    folder = disk() / f"posthorn-{secrets.token_hex(4)}"
    cluster = Cluster.make(folder, durable=True) if "postgres" in names else None
    worlds = [World("posthorn", name, cluster if name == "postgres" else None) for name in names]
    try:
        alone = [Contestant(world, server) for server in SERVERS for world in worlds]
        yield [*alone, *(Contestant(one, "uvicorn", THREE) for one in worlds if one.name == "postgres")]
    finally:
        for world in worlds:
            world.remove()
        if cluster is not None:
            cluster.stop()
            shutil.rmtree(folder)


def main() -> int:
    parser = page.arguments("chat", __doc__, rounds=3)
    parser.add_argument("--only", nargs="+", choices=MEASURES, help="these measures alone, printed as they are")
    parser.add_argument("--database", nargs="+", choices=DATABASES, help="this chat on these, and no other chat")
    options = parser.parse_args()
    rounds = 1 if options.quick else options.rounds

    with databases(options.database) if options.database else two_chats() as contestants:
        results = run(rounds, options.only or list(MEASURES), contestants)
    if options.only or len(set(options.database or DATABASES)) == 1:
        for measure, by_target in results.items():
            for name, result in by_target.items():
                print(measure, name, {key: round(value, 2) for key, value in result.items()})
        return 0
    promises = report.promises_of_databases(results) if options.database else report.promises(results)
    if options.quick:
        print(report.tables(results), page.promises_table(promises), sep="\n\n")
    elif options.database:
        about = ", PostgreSQL with fsync=on and synchronous_commit=on on the same machine"
        report.write("benchmarks-databases", about, rounds, results, promises)
    else:
        report.write("benchmarks-chat", "", rounds, results, promises)
    if not options.quick:
        print(page.promises_table(promises))
    return page.status(promises, check=options.check)


if __name__ == "__main__":
    sys.exit(main())
