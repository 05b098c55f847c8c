"""This chat and an idiomatic Channels chat, on Daphne and on Uvicorn, side by side in one run.

.venv/bin/python -m benchmarks.chat              about eleven minutes; writes docs/benchmarks-chat.md and its chart
.venv/bin/python -m benchmarks.chat --quick      one round, prints only
.venv/bin/python -m benchmarks.chat --check      exits with 1 and a list if a promised ratio is missed
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import sys
from collections import defaultdict
from itertools import product

from benchmarks import page
from benchmarks.load import report
from benchmarks.load.measures import MEASURES, Result
from benchmarks.load.target import Target, World

SERVERS = ("daphne", "uvicorn")
CHATS = ("posthorn", "idiomatic")
# For the idiomatic chat, whose layer in Redis times out then.
TOO_MUCH = {"sockets_200", "sockets_1000", "once"}


def run(rounds: int, only: list[str]) -> report.Results:
    """Every measure of every chat, round by round; the medians."""
    samples: dict[tuple[str, str], list[Result]] = defaultdict(list)
    worlds = [World(chat) for chat in CHATS]
    try:
        for round_, measure, server, world in product(range(rounds), only, SERVERS, worlds):
            if measure in TOO_MUCH and world.chat == "idiomatic":
                continue
            name = f"{world.chat}, {server}"
            print(f"round {round_ + 1} of {rounds}: {MEASURES[measure][0]}, {name}", file=sys.stderr)
            samples[measure, name].append(once(world, server, measure))
    finally:
        for world in worlds:
            world.remove()
    results: report.Results = defaultdict(dict)
    for (measure, name), found in samples.items():
        results[measure][name] = {key: statistics.median(sample[key] for sample in found) for key in found[0]}
        for key in ("lost", "doubled", "disordered"):  # in any round
            if key in found[0]:
                results[measure][name][key] = max(sample[key] for sample in found)
    return results


def once(world: World, server: str, measure: str) -> Result:
    """On a server of its own: nobody gains or loses by what was measured before."""
    gc.collect()
    target = Target(world, server)
    try:
        return asyncio.run(MEASURES[measure][1](target))
    finally:
        target.stop()


def main() -> int:
    parser = page.arguments("chat", __doc__, rounds=3)
    parser.add_argument("--only", nargs="+", choices=MEASURES, help="these measures alone, printed as they are")
    options = parser.parse_args()
    rounds = 1 if options.quick else options.rounds

    results = run(rounds, options.only or list(MEASURES))
    if options.only:
        for measure, by_target in results.items():
            for name, result in by_target.items():
                print(measure, name, {key: round(value, 2) for key, value in result.items()})
        return 0
    promises = report.promises(results)
    if options.quick:
        print(report.tables(results), page.promises_table(promises), sep="\n\n")
    else:
        report.write(rounds, results, promises)
        print(page.promises_table(promises))
    return page.status(promises, check=options.check)


if __name__ == "__main__":
    sys.exit(main())
