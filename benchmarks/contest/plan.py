"""Who takes part, what is measured, in which order. No Django here: the parent process needs none."""

from __future__ import annotations

from collections.abc import Iterator

CONTENDERS = {
    "on": "this store, flag on",
    "off": "this store, flag off",
    "aiosqlite": "aiosqlite",
    "orm": "Django's async ORM",
    "threads": "4 threads",
    "inline": "inline on the loop",
}
WITHOUT_JSON = {"orm"}

QUERIES = 1000
BULK_READS = 40
BULK_AT_A_TIME = 4
SINGLE_INSERTS = 300

MEASURES = {
    "points": "1,000 concurrent point queries",
    "pages": "1,000 concurrent 50-row pages, dicts",
    "pages_json": "1,000 concurrent 50-row pages, JSON",
    "bulk": "40 reads of 10,000 rows, dicts",
    "bulk_json": "40 reads of 10,000 rows, JSON",
    "single_inserts": "300 durable inserts, one after another",
    "concurrent_inserts": "1,000 concurrent durable inserts",
}
JSON_MEASURES = {"pages_json", "bulk_json"}
# How many rows each of these leaves in the file: every measure is run for its time and then for the loop's lag.
NOTES = {"single_inserts": 2 * SINGLE_INSERTS, "concurrent_inserts": 2 * QUERIES}


def turns(rounds: int) -> Iterator[tuple[int, str, str]]:
    """Round, measure, contender. All contenders take a measure in a row, each round beginning with another one."""
    names = list(CONTENDERS)
    for round_ in range(rounds):
        shift = round_ % len(names)
        for measure in (*MEASURES, "idle"):
            for name in (*names[shift:], *names[:shift]):
                yield round_, measure, name
