"""Making, finding, joining, leaving and renaming rooms, and who is in them."""

from __future__ import annotations

import json
from collections.abc import Collection

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpResponse

from chat.actions import rooms as actions
from chat.actions.refused import Refused
from chat.api.endpoint import Request, TooOften, answer
from chat.api.requests import NewName, NewRoom, Whom
from chat.attempts import Attempts, begin
from chat.live import process
from chat.models import Room
from chat.protocol import Code
from chat.queries import people, rooms
from storage.store import store

# What stays with everybody, or with somebody else, until a person undoes it.
made = Attempts("make a room", settings.ROOMS_PER_HOUR, 3600 / settings.ROOMS_PER_HOUR)
added = Attempts("add to a room", settings.ROOMS_PER_HOUR * 10, 360 / settings.ROOMS_PER_HOUR)


async def found(request: Request) -> HttpResponse:
    """The open rooms one is not in."""
    return answer(f'{{"rooms":{await rooms.open_to(request.user)}}}')


async def make(request: Request) -> HttpResponse:
    """Make a room. Everybody is a member of an open one from the start."""
    sent = request.read(NewRoom)
    kind = Room.Kind(sent.kind)
    await _count(made, request, "you have made many rooms in a short time: make the next one later")
    room = await store.transaction(actions.create_room, sent.name, kind, request.user)
    return await _changed(room, None if kind is Room.Kind.OPEN else [request.user], status=201)


async def make_direct(request: Request) -> HttpResponse:
    """The room of oneself and another."""
    other = request.read(Whom).user
    room = await store.transaction(actions.open_direct_room, request.user, other)
    return await _changed(room, [request.user, other])


async def rename(request: Request, room: int) -> HttpResponse:
    """Give a room one is in another name."""
    name = request.read(NewName).name
    await store.transaction(actions.rename_room, room, name, request.user)
    return await _changed(room)


async def join(request: Request, room: int) -> HttpResponse:
    """Come into an open room."""
    await store.transaction(actions.join_open_room, room, request.user)
    return await _changed(room, [request.user])


async def leave(request: Request, room: int) -> HttpResponse:
    """Go out of a room. The answer tells how many stay: nobody in an empty closed room can bring one back."""
    stay = await store.transaction(actions.leave_room, room, request.user)
    return await _changed(room, [request.user], members=stay)


async def members(request: Request, room: int) -> HttpResponse:
    """Who is in a room one is in."""
    found = await people.members(request.user, room)
    if found is None:
        raise Refused(Code.NOT_FOUND, "there is no such room")
    return answer(f'{{"members":{found}}}')


async def add(request: Request, room: int) -> HttpResponse:
    """Bring somebody else into a room one is in."""
    user = request.read(Whom).user
    await _count(added, request, "you have added many people in a short time: add the next one later")
    await store.transaction(actions.add_member, room, user, request.user)
    return await _changed(room, [user])


async def _count(attempts: Attempts, request: Request, message: str) -> None:
    wait = await sync_to_async(begin)((attempts, request.user))
    if wait:
        raise TooOften(wait, message)


async def _changed(room: int, people: Collection[int] | None = (), status: int = 200, **facts: int) -> HttpResponse:
    await process.hub.changed(room, people)
    return answer(json.dumps({"id": room, **facts}), status)
