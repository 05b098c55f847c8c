"""Who there is."""

from __future__ import annotations

from django.http import HttpResponse

from chat.api.endpoint import Request, answer
from chat.queries import people


async def everybody(request: Request) -> HttpResponse:  # noqa: ARG001 - every handler gets it
    """The people one can talk to."""
    return answer(f'{{"people":{await people.everybody()}}}')
