"""How results come back to a loop: it is woken for the first, and not for each of many."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from storage.tasks import AFTER_SECONDS, MANY, Mailbox


class Loop:
    """A loop that runs what it was given when the test says so."""

    def __init__(self) -> None:
        self.woken: list[Callable[[], None]] = []
        self.later: list[Callable[[], None]] = []

    def call_soon_threadsafe(self, call: Callable[[], None]) -> None:
        self.woken.append(call)

    def call_later(self, seconds: float, call: Callable[[], None]) -> None:
        assert seconds == AFTER_SECONDS
        self.later.append(call)


@pytest.fixture
def loop() -> Loop:
    return Loop()


@pytest.fixture
def box(loop) -> Mailbox:
    return Mailbox(loop)


def post(box: Mailbox) -> asyncio.Future[Any]:
    future = asyncio.get_running_loop().create_future()
    box.post(future, "a result", None)
    return future


async def test_a_loop_is_woken_once_for_all_that_comes_before_it_looks(loop, box):
    futures = [post(box) for _ in range(3)]
    assert len(loop.woken) == 1
    loop.woken.pop()()
    assert all(future.result() == "a result" for future in futures)
    assert not loop.later
    post(box)
    assert len(loop.woken) == 1


async def test_while_many_are_awaited_it_looks_again_until_there_is_nothing(loop, box):
    box.awaited = MANY
    post(box)
    loop.woken.pop()()
    second = post(box)
    assert not loop.woken
    loop.later.pop()()
    assert second.done()
    loop.later.pop()()
    assert not loop.later
    third = post(box)
    loop.woken.pop()()
    assert third.done()
