"""How results come back to a loop: it is woken for the first, and not for each of many."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from storage.pool.tasks import AFTER_SECONDS, MANY, Mailbox, Task


class Loop:
    """A loop that runs what it was given when the test says so."""

    def __init__(self) -> None:
        self.woken: list[Callable[[], None]] = []
        self.later: list[Callable[[], None]] = []

    def call_soon_threadsafe(self, call: Callable[..., None], *given: Any) -> None:
        self.woken.append(partial(call, *given))

    def call_later(self, seconds: float, call: Callable[..., None], *given: Any) -> None:
        assert seconds == AFTER_SECONDS
        self.later.append(partial(call, *given))


@pytest.fixture
def loop() -> Loop:
    return Loop()


@pytest.fixture
def box() -> Mailbox:
    return Mailbox()


@pytest.fixture
def post(loop, box) -> Callable[[], asyncio.Future[Any]]:
    class Awaited(asyncio.Future[Any]):
        def get_loop(self) -> Any:
            return loop

    def post() -> asyncio.Future[Any]:
        future = Awaited()
        box.post(future, "a result", None)
        return future

    return post


async def test_a_loop_is_woken_once_for_all_that_comes_before_it_looks(loop, post):
    futures = [post() for _ in range(3)]
    assert len(loop.woken) == 1
    loop.woken.pop()()
    assert all(future.result() == "a result" for future in futures)
    assert not loop.later
    post()
    assert len(loop.woken) == 1


async def test_while_many_are_awaited_it_looks_again_until_there_is_nothing(loop, box, post):
    box.awaited = MANY
    post()
    loop.woken.pop()()
    second = post()
    assert not loop.woken
    loop.later.pop()()
    assert second.done()
    loop.later.pop()()
    assert not loop.later
    third = post()
    loop.woken.pop()()
    assert third.done()


def test_a_loop_that_has_ended_is_forgotten():
    async def ask() -> None:
        Task(lambda connection: None, None, reading=True)

    loop = asyncio.new_event_loop()
    loop.run_until_complete(ask())
    loop.close()
    seen = weakref.ref(loop)
    del loop
    gc.collect()
    assert seen() is None
