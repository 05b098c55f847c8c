"""Full-text search."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpResponse

from chat.actions.refused import Refused
from chat.api.endpoint import Request, answer, take
from chat.protocol import Code
from chat.queries import search as query
from storage.exceptions import QueryTimeout

MAX_CHARS = 200


async def search(request: Request) -> HttpResponse:
    """A page of the messages in one's own rooms that have these words."""
    text = sought(request)
    if text is None:
        raise Refused(Code.BAD_FRAME, "text is missing")
    room, before = request.number("room"), request.number("before")
    with counted(request, "this takes too long: add a word, or look in one room"):
        found = await query.search(request.user, text, room, before)
    if found is None:
        raise Refused(Code.NOT_FOUND, "there is no such room")
    return answer(found)


def sought(request: Request) -> str | None:
    """What is looked for; None if nothing is said of that."""
    text = request.query.get("text")
    if text is not None and len(text) > MAX_CHARS:
        raise Refused(Code.TOO_LARGE, f"text must not be longer than {MAX_CHARS} characters")
    return text


@contextmanager
def counted(request: Request, too_long: str) -> Iterator[None]:
    """Meanwhile somebody's search is made: it takes from their share.

    What is counted is the time it takes; what one search may take at most is taken first, so that many at once are
    counted as well.
    """
    allowance = request.allowance.search_seconds
    take(allowance, query.SECONDS)
    began = time.monotonic()
    try:
        yield
    except QueryTimeout:
        raise Refused(Code.BUSY, too_long) from None
    finally:
        allowance.give_back(max(0.0, query.SECONDS - (time.monotonic() - began)))
