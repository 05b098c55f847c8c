"""What was measured of the store, as tables, promises and a page."""

from __future__ import annotations

from typing import Any

from benchmarks import page
from benchmarks.contest import chart
from benchmarks.contest.plan import CONTENDERS, MEASURES
from benchmarks.page import Promise, promises_table, table

Results = dict[str, dict[str, dict[str, Any]]]


def promises(results: Results, peaks: dict[str, float]) -> list[Promise]:
    def time(measure: str, name: str) -> float:
        return float(results[measure][name]["milliseconds"])

    points = time("points", "off") / time("points", "on")
    points_lag = results["points"]["on"]["lag_max"]
    pages = time("pages", "off") / time("pages_json", "on")
    json_, json_lag = time("bulk_json", "on") / time("bulk", "inline"), results["bulk_json"]["on"]["lag_p99"]
    dicts, dicts_lag = time("bulk", "on") / time("bulk", "inline"), results["bulk"]["on"]["lag_p99"]
    inserts = time("concurrent_inserts", "off") / time("concurrent_inserts", "on")
    return [
        Promise("1,000 point queries: 5x faster than flag off", f"{points:.1f}x", points >= 5),
        Promise("1,000 point queries: loop lag at most 25 ms", f"{points_lag:.1f} ms", points_lag <= 25),
        Promise("1,000 pages, JSON: 3x faster than dicts with flag off", f"{pages:.1f}x", pages >= 3),
        Promise("40 x 10,000 rows, JSON: faster than inline dicts", f"{json_:.2f} of its time", json_ < 1),
        Promise("40 x 10,000 rows, JSON: loop lag p99 at most 5 ms", f"{json_lag:.1f} ms", json_lag <= 5),
        Promise("40 x 10,000 rows, dicts: at most 1.2 of inline's time", f"{dicts:.2f} of its time", dicts <= 1.2),
        Promise("40 x 10,000 rows, dicts: loop lag p99 at most 10 ms", f"{dicts_lag:.1f} ms", dicts_lag <= 10),
        Promise("1,000 durable inserts: 8x faster than flag off", f"{inserts:.1f}x", inserts >= 8),
        Promise("resident memory of the whole run under 200 MB", f"{peaks['on']:.0f} MB", peaks["on"] < 200),
    ]


def tables(results: Results, base: dict[str, float], peaks: dict[str, float]) -> str:
    parts = [
        "Time in milliseconds, and how many times as long as this store with the flag on:",
        table(["", *CONTENDERS.values()], [[MEASURES[m], *_times(results[m])] for m in MEASURES]),
        "The loop's lag meanwhile in milliseconds, 99th percentile / longest:",
        table(["", *CONTENDERS.values()], [[title, *_lags(results[m])] for m, title in _with_idle().items()]),
        "Resident memory of each contender's process in megabytes, with everything imported / at its highest:",
        table(["", *CONTENDERS.values()], [["memory", *(f"{base[n]:.0f} / {peaks[n]:.0f}" for n in CONTENDERS)]]),
    ]
    return "\n\n".join(parts)


def _with_idle() -> dict[str, str]:
    return {**MEASURES, "idle": "nothing at all (the machine's own noise)"}


def _times(results: dict[str, dict[str, Any]]) -> list[str]:
    own = results["on"]["milliseconds"]
    cells = []
    for name in CONTENDERS:
        if name not in results:
            cells.append("-")
            continue
        time = results[name]["milliseconds"]
        cells.append(_number(time) if name == "on" else f"{_number(time)} ({time / own:.1f}x)")
    return cells


def _lags(results: dict[str, dict[str, Any]]) -> list[str]:
    return [
        f"{_number(results[name]['lag_p99'])} / {_number(results[name]['lag_max'])}" if name in results else "-"
        for name in CONTENDERS
    ]


def _number(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:,.0f}"


def write(about: str, rounds: int, text: str, kept: list[Promise], results: Results) -> None:
    """Put the tables into docs/benchmarks.md, and draw the chart beside it."""
    measured = f"{about}; medians of {rounds} rounds."
    everything = f"{measured}\n\n{text}\n\n{promises_table(kept)}"
    page.write("benchmarks.md", "benchmarks-storage.svg", everything, chart.draw(results, measured))
