"""`python -m tests.torture`: the torture test for as long as you like. Ends with 1 if anything was found."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import tempfile
from pathlib import Path

from tests.support.databases import Templates
from tests.support.environment import ROOT
from tests.support.redis import Redis
from tests.support.server import World
from tests.support.standby import Pair
from tests.torture.report import ENGINES, table, write
from tests.torture.trial import Plan, Result, Trial

PAGE = ROOT / "docs" / "reliability.md"


def main() -> int:
    options = _options()
    plan = Plan(options.seed, options.minutes * 60)
    tell(f"{options.minutes:g} minutes on {options.database} with seed {plan.seed}")
    with tempfile.TemporaryDirectory(prefix="posthorn-torture-") as folder:
        result = _try(plan, Path(folder), options.database)
    tell(table(result))
    for finding in result.verdict.findings:
        tell(finding)
    tell("Found something." if result.verdict.findings else "Nothing was lost, doubled or out of order.")
    if options.write:
        write(result, PAGE, options.database)
    return 1 if result.verdict.findings else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5, help="how long things break (5)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="of all that is random")
    parser.add_argument("--database", choices=ENGINES, default="sqlite", help="where messages are kept (sqlite)")
    parser.add_argument("--write", action="store_true", help="put the result into docs/reliability.md")
    return parser.parse_args()


def _try(plan: Plan, folder: Path, engine: str) -> Result:
    redis = Redis()
    pair = Pair() if engine == "postgres" else None
    try:
        (folder / "world").mkdir()
        world = World.make(folder / "world", Templates(folder / "world", pair))
        trial = Trial(plan, world, folder, redis, tell, pair=pair)
        return asyncio.run(trial.run())
    finally:
        redis.remove()


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
