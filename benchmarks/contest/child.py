"""One contender in a process of its own, so that its memory and its threads are its own.

python -m benchmarks.contest.child NAME          takes the names of measures from standard input, one a line,
                                                 and answers each with one line of JSON
python -m benchmarks.contest.child NAME A B C    runs these measures once and ends
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import resource
import sys
from pathlib import Path
from time import perf_counter, process_time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import config  # noqa: F401 - links the newer SQLite before Django looks for one

# isort: split

import django

django.setup()

from benchmarks.contest.contenders import CONTENDERS, Contender  # noqa: E402 - needs the settings
from benchmarks.contest.measures import MEASURES, whole_answers  # noqa: E402 - likewise
from benchmarks.loop_lag import LoopLag  # noqa: E402 - likewise


def peak_megabytes() -> float:
    """The most memory this process ever had resident."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count what the parent had at the fork
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 / (1024 if sys.platform == "darwin" else 1)


async def measure(contender: Contender, name: str) -> dict[str, float]:
    """Twice: for its time, and for the loop's lag. The clock that sees the lag costs whoever keeps the loop free a
    tenth of their time, and those who block it nothing."""
    return {**await time_of(contender, name), **await lag_of(contender, name), "peak": peak_megabytes()}


async def time_of(contender: Contender, name: str) -> dict[str, float]:
    gc.collect()
    begin, busy = perf_counter(), process_time()
    check = await MEASURES[name](contender)
    end, busy = perf_counter(), process_time() - busy
    check()
    return {"milliseconds": (end - begin) * 1000, "cpu": busy * 1000}


async def lag_of(contender: Contender, name: str) -> dict[str, float]:
    gc.collect()
    async with LoopLag() as lag:
        await asyncio.sleep(0.01)
        check = await MEASURES[name](contender)
    check()
    return {"lag_p99": lag.percentile(99), "lag_max": lag.worst}


def answer(result: dict[str, float]) -> None:
    print(json.dumps(result), flush=True)


async def main(name: str, names: list[str]) -> None:
    contender = CONTENDERS[name]()
    await contender.open()
    if names:
        for each in names:
            await measure(contender, each)
    else:
        await serve(contender)
    await contender.close()


async def serve(contender: Contender) -> None:
    loop = asyncio.get_running_loop()
    while line := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
        if line == "check":
            base = peak_megabytes()
            await whole_answers(contender)
            answer({"base": base})
        else:
            answer(await measure(contender, line))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
