"""The one writer of a room's log."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from chat.models import Event
from storage.store import Connection, dialect, sql

_APPEND = sql(
    """
    INSERT INTO chat_event (room_id, seq, kind, actor_id, message_id, data, client_id, digest, at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s,
        coalesce((SELECT created_at FROM chat_message WHERE id = %s AND seq = %s), {now}))
    """,
    now=dialect.NOW,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened in a room.

    `data` is what the event carries besides its message. `client_id` and `digest` make it repeatable: the id under
    which it may come again, and what tells the same content from another.
    """

    kind: Event.Kind
    actor: int
    message: int | None = None
    data: dict[str, Any] | None = None
    client_id: str | None = None
    digest: str | None = None


def take_seq(connection: Connection, room: int) -> int:
    """Take the room's next `seq`. The row lock it takes is held to the end of the transaction: no gap, no race."""
    seq: int = connection.fetch_value("UPDATE chat_room SET head = head + 1 WHERE id = %s RETURNING head", [room])
    return seq


def append_event(connection: Connection, room: int, seq: int, entry: Entry) -> None:
    """Write what happened as number `seq` of the room's log. A new message and its event share their time."""
    data = None if entry.data is None else json.dumps(entry.data)
    connection.execute(
        _APPEND,
        [
            *(room, seq, entry.kind.value, entry.actor, entry.message, data, entry.client_id, entry.digest),
            *(entry.message, seq),
        ],
    )


def append_message_events(connection: Connection, room: int, first: int, last: int) -> None:
    """Write that the messages with these numbers were sent. They hold all that an event of theirs says."""
    connection.execute(
        "INSERT INTO chat_event (room_id, seq, kind, actor_id, message_id, at)"
        " SELECT room_id, seq, 'message', sender_id, id, created_at"
        " FROM chat_message WHERE room_id = %s AND seq BETWEEN %s AND %s ORDER BY seq",
        [room, first, last],
    )
