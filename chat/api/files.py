"""What was sent to a room."""

from __future__ import annotations

from contextlib import nullcontext

from django.http import HttpResponse

from chat.actions.refused import Refused
from chat.api.endpoint import Request, answer
from chat.api.search import counted, sought
from chat.protocol import Code
from chat.queries import files

KINDS = ("pictures", "others")


async def of_room(request: Request, room: int) -> HttpResponse:
    """A page of the files of a room one is in."""
    kind = request.query.get("kind")
    if kind is not None and kind not in KINDS:
        raise Refused(Code.BAD_FRAME, f"kind is one of {', '.join(KINDS)}")
    before, after = request.number("before"), request.number("after")
    if before is not None and after is not None:
        raise Refused(Code.BAD_FRAME, "files come before or after one place")
    wanted = files.Wanted(kind, sought(request) or "", before, after, request.number("limit") or files.PAGE)
    with counted(request, "this takes too long: say more of the name") if wanted.text else nullcontext():
        found = await files.page(request.user, room, wanted)
    if found is None:
        raise Refused(Code.NOT_FOUND, "there is no such room")
    return answer(found)
