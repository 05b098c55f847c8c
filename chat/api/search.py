"""Full-text search."""

from __future__ import annotations

import time

from django.http import HttpResponse

from chat.actions.refused import Refused
from chat.api.endpoint import Request, answer, take
from chat.protocol import Code
from chat.queries import search as query
from storage.exceptions import QueryTimeout

MAX_CHARS = 200


async def search(request: Request) -> HttpResponse:
    """A page of the messages in one's own rooms that have these words."""
    text = request.query.get("text")
    if text is None:
        raise Refused(Code.BAD_FRAME, "text is missing")
    if len(text) > MAX_CHARS:
        raise Refused(Code.TOO_LARGE, f"text must not be longer than {MAX_CHARS} characters")
    room, before = request.number("room"), request.number("before")
    # What is counted is the time it takes; what one search may take at most is taken first, so that many at once are
    # counted as well.
    allowance = request.allowance.search_seconds
    take(allowance, query.SECONDS)
    began = time.monotonic()
    try:
        found = await query.search(request.user, text, room, before)
    except QueryTimeout:
        raise Refused(Code.BUSY, "this takes too long: add a word, or look in one room") from None
    finally:
        allowance.give_back(max(0.0, query.SECONDS - (time.monotonic() - began)))
    if found is None:
        raise Refused(Code.NOT_FOUND, "there is no such room")
    return answer(found)
