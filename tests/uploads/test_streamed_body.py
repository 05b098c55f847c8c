"""What of a body may wait for its application (`chat.servers.streamed_body`)."""

from __future__ import annotations

import asyncio

import pytest

from chat.servers.streamed_body import MOST_WAITING, StreamedBody

BLOCK = b"x" * 65536


class Line:
    """The network: read, or held."""

    def __init__(self) -> None:
        self.reads = True
        self.body = StreamedBody(self._hold, self._let_go)

    def _hold(self) -> None:
        self.reads = False

    def _let_go(self) -> None:
        self.reads = True


@pytest.fixture
def line() -> Line:
    return Line()


async def test_the_client_is_held_back_until_what_waits_was_taken(line):
    fed = 0
    while line.reads:
        line.body.feed(BLOCK)
        fed += len(BLOCK)
    assert MOST_WAITING < fed <= MOST_WAITING + len(BLOCK)
    message = await line.body.receive()
    assert (len(message["body"]), message["more_body"]) == (fed, True)
    assert line.reads


async def test_an_application_that_is_first_waits_and_hears_of_the_end_once(line):
    taking = asyncio.ensure_future(line.body.receive())
    await asyncio.sleep(0)
    assert not taking.done()
    line.body.feed(b"all of it")
    line.body.end()
    assert await taking == {"type": "http.request", "body": b"all of it", "more_body": False}
    line.body.put_nowait({"type": "http.disconnect"})
    assert await line.body.receive() == {"type": "http.disconnect"}


async def test_the_end_may_come_by_itself(line):
    line.body.feed(b"all of it")
    assert (await line.body.receive())["more_body"] is True
    line.body.end()
    assert await line.body.receive() == {"type": "http.request", "body": b"", "more_body": False}


async def test_what_came_before_the_client_left_is_handed_over(line):
    line.body.feed(b"half of")
    line.body.put_nowait({"type": "http.disconnect"})
    assert (await line.body.receive())["body"] == b"half of"
    assert await line.body.receive() == {"type": "http.disconnect"}


async def test_what_daphne_says_of_a_body_that_it_did_not_collect_is_not_believed(line):
    line.body.put_nowait({"type": "http.request", "body": b"", "more_body": False})
    line.body.feed(b"there is one")
    assert (await line.body.receive())["body"] == b"there is one"


async def test_after_the_end_nothing_more_is_read_for_it(line):
    while line.reads:
        line.body.feed(BLOCK)
    line.body.end()
    await line.body.receive()
    assert not line.reads  # the next request is the channel's business
