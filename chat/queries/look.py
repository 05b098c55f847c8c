"""What a process asks once a second for all its listeners, whether or not anything has changed."""

from __future__ import annotations

import json
from typing import NamedTuple

from chat.queries.installation import epoch
from chat.queries.revisions import Changes, changes
from storage.store import Connection, dialect, sql, store

# One text for thousands of rooms, in the order in which they were asked for.
_HEADS = sql(
    """
    SELECT {heads} FROM (
        SELECT coalesce(r.head, 0) AS head FROM {asked} LEFT JOIN chat_room r ON r.id = {room} ORDER BY {place}
    ) present
    """,
    heads=dialect.json_list("head"),
    asked=dialect.items("asked"),
    room=dialect.item("asked"),
    place=dialect.place("asked"),
)


class Look(NamedTuple):
    """The history's name, how far rooms are, and the marks of what has changed."""

    epoch: str
    heads: dict[int, int]
    changes: Changes


async def look(rooms: list[int]) -> Look:
    """The present epoch, the heads of these rooms (0 where there is none any more), and the marks of changes."""
    return await store.read(_look, rooms)


def _look(connection: Connection, rooms: list[int]) -> Look:
    heads: list[int] = json.loads(connection.fetch_value(_HEADS, [json.dumps(rooms)]))
    return Look(epoch(connection), dict(zip(rooms, heads, strict=True)), changes(connection))
