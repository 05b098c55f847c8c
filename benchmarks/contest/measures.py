"""What is measured: one function for each measure. It returns a check of what came back, made after the clock stops."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from benchmarks.contest import messages
from benchmarks.contest.contenders import Contender
from benchmarks.contest.plan import BULK_AT_A_TIME, BULK_READS, QUERIES, SINGLE_INSERTS

Check = Callable[[], None]
Workload = Callable[[Contender], Awaitable[Check]]


class WrongAnswer(AssertionError):
    """A contender gave something else than what lies in the table."""


def expect(truth: bool, what: str) -> None:
    if not truth:
        raise WrongAnswer(what)


def nothing_to_check() -> None: ...


async def points(contender: Contender) -> Check:
    rows = await asyncio.gather(*(contender.point(messages.point(turn)) for turn in range(QUERIES)))
    wanted = [messages.point(turn) for turn in range(QUERIES)]
    return lambda: expect([row["id"] for row in rows] == wanted, "points")


async def pages(contender: Contender) -> Check:
    found = await asyncio.gather(*(contender.page(*messages.page(turn)) for turn in range(QUERIES)))
    newest = [messages.page(turn)[1] - 1 for turn in range(QUERIES)]
    return lambda: expect([rows[0]["seq"] for rows in found if len(rows) == messages.PAGE] == newest, "pages")


async def pages_json(contender: Contender) -> Check:
    found = await asyncio.gather(*(contender.page_json(*messages.page(turn)) for turn in range(QUERIES)))
    return lambda: expect(all(text.count('{"id":') == messages.PAGE for text in found), "pages as JSON")


async def bulk(contender: Contender) -> Check:
    async def read(turns: Iterable[int]) -> None:
        for turn in turns:
            expect_bulk(turn, await contender.bulk(messages.bulk(turn)))

    await _few_at_a_time(read)
    return nothing_to_check  # each was looked at when it came: to keep them all would be another measure


async def bulk_json(contender: Contender) -> Check:
    async def read(turns: Iterable[int]) -> None:
        for turn in turns:
            expect_bulk_json(turn, await contender.bulk_json(messages.bulk(turn)))

    await _few_at_a_time(read)
    return nothing_to_check


# Functions, so that nothing is kept over the next read: that would count as the contender's memory.


def expect_bulk(turn: int, rows: list[Any]) -> None:
    expect(len(rows) == messages.BULK and rows[-1]["id"] == messages.bulk(turn) + messages.BULK, "10,000 rows")


def expect_bulk_json(turn: int, text: str) -> None:
    expect(text.startswith(f'[{{"id":{messages.bulk(turn) + 1},') and text.endswith('"}]'), "10,000 as JSON")


async def _few_at_a_time(read: Callable[[Iterable[int]], Awaitable[None]]) -> None:
    turns = iter(range(BULK_READS))
    await asyncio.gather(*(read(turns) for _ in range(BULK_AT_A_TIME)))


async def single_inserts(contender: Contender) -> Check:
    for number in range(SINGLE_INSERTS):
        await contender.insert(number, uuid.uuid4().hex, f"note {number}")
    return nothing_to_check  # the parent counts what is in the file


async def concurrent_inserts(contender: Contender) -> Check:
    ids = [uuid.uuid4().hex for _ in range(QUERIES)]
    await asyncio.gather(*(contender.insert(number, id_, f"note {number}") for number, id_ in enumerate(ids)))
    return nothing_to_check


async def whole_answers(contender: Contender) -> None:
    """Not timed: every column of everything is compared with what the table was filled with."""
    for turn in range(0, QUERIES, 50):
        expect(await contender.point(messages.point(turn)) == messages.message(messages.point(turn)), "a point")
        expect(await contender.page(*messages.page(turn)) == messages.page_messages(turn), "a page")
    expect(await contender.bulk(messages.bulk(7)) == messages.bulk_messages(7), "10,000 rows")
    if can_json(contender):
        page: list[dict[str, Any]] = json.loads(await contender.page_json(*messages.page(7)))
        expect(page == messages.page_messages(7), "a page as JSON")
        expect(json.loads(await contender.bulk_json(messages.bulk(7))) == messages.bulk_messages(7), "10,000 as JSON")


def can_json(contender: Contender) -> bool:
    return type(contender).page_json is not Contender.page_json


async def idle(_contender: Contender) -> Check:
    """What the loop's lag is when nothing happens: the floor under all others."""
    await asyncio.sleep(0.5)
    return nothing_to_check


MEASURES: dict[str, Workload] = {
    "points": points,
    "pages": pages,
    "pages_json": pages_json,
    "bulk": bulk,
    "bulk_json": bulk_json,
    "single_inserts": single_inserts,
    "concurrent_inserts": concurrent_inserts,
    "idle": idle,
}
