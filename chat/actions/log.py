"""The one writer of a room's log."""

from __future__ import annotations

import json
from typing import Any

from chat.models import Event
from storage.store import Connection

NOW = "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')"


def next_seq(connection: Connection, room: int) -> int:
    """Take the room's next `seq`. The row lock it takes is held to the end of the transaction: no gap, no race."""
    seq: int = connection.fetch_value("UPDATE chat_room SET head = head + 1 WHERE id = %s RETURNING head", [room])
    return seq


def append(
    connection: Connection,
    *,
    room: int,
    seq: int,
    kind: Event.Kind,
    actor: int,
    message: int | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Write what happened as number `seq` of the room's log. `data` is what the event carries besides its message.

    A new message and its event share their `seq`, and their time.
    """
    connection.execute(
        f"INSERT INTO chat_event (room_id, seq, kind, actor_id, message_id, data, at)"  # noqa: S608 - a constant
        f" VALUES (%s, %s, %s, %s, %s, %s, coalesce("
        f"(SELECT created_at FROM chat_message WHERE id = %s AND seq = %s), {NOW}))",
        [room, seq, kind.value, actor, message, None if data is None else json.dumps(data), message, seq],
    )
