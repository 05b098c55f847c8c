"""What a process asks once a second for all its listeners, whether or not anything has changed."""

from __future__ import annotations

from typing import NamedTuple

from chat.queries.events import heads_of
from chat.queries.installation import epoch
from chat.queries.revisions import Revisions, revisions
from storage.store import Connection, store


class Look(NamedTuple):
    """The history's name, how far rooms are, and the marks of what has changed."""

    epoch: str
    heads: dict[int, int]
    revisions: Revisions


async def look(rooms: list[int]) -> Look:
    """The present epoch, the heads of these rooms, and the present revisions."""
    return await store.read(_look, rooms)


def _look(connection: Connection, rooms: list[int]) -> Look:
    return Look(epoch(connection), heads_of(connection, rooms), revisions(connection))
