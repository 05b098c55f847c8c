"""What a process asks once a second for all its listeners, whether or not anything has changed."""

from __future__ import annotations

from typing import NamedTuple

from chat.queries.events import heads_of
from chat.queries.revisions import Revisions, revisions
from storage.store import Connection, store


class Look(NamedTuple):
    """How far rooms are, and the marks of what has changed."""

    heads: dict[int, int]
    revisions: Revisions


async def look(rooms: list[int]) -> Look:
    """The heads of these rooms, and the present revisions."""
    return await store.read(_look, rooms)


def _look(connection: Connection, rooms: list[int]) -> Look:
    return Look(heads_of(connection, rooms), revisions(connection))
