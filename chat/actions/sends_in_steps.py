"""Messages are looked at, numbered, written, logged and read, each by a statement.

For an engine with one writer: between two statements nobody comes in between.
"""

from __future__ import annotations

from chat.actions.given import PARTS
from chat.actions.log import append_message_events
from chat.queries.events import events_json
from storage.store import Connection, Row, dialect, sql

_ALL_NEW = sql(
    """
    WITH given AS MATERIALIZED (
        SELECT {sender} AS sender, {client_id} AS client_id, {reply_to} AS reply_to FROM {sends}
    )
    SELECT NOT EXISTS (
        SELECT 1 FROM given
        WHERE NOT EXISTS (SELECT 1 FROM chat_membership WHERE room_id = %s AND user_id = sender)
            OR EXISTS (SELECT 1 FROM chat_message m WHERE m.sender_id = sender AND m.client_id = given.client_id)
            OR EXISTS (SELECT 1 FROM chat_event e WHERE e.actor_id = sender AND e.client_id = given.client_id)
            OR (reply_to IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM chat_message WHERE id = reply_to AND room_id = %s)))
    """,
    **PARTS,
)
_TAKE_SEQS = "UPDATE chat_room SET head = head + %s WHERE id = %s RETURNING head"
_INSERT = sql(
    """
    INSERT INTO chat_message (room_id, sender_id, client_id, seq, body, digest, reply_to_id, created_at)
    SELECT %s, {sender}, {client_id}, %s + {place}, {body}, {digest}, {reply_to}, {now}
    FROM {sends} ORDER BY {place}
    RETURNING seq, id, {created_at} AS at
    """,
    **PARTS,
    now=dialect.NOW,
    created_at=dialect.iso("created_at"),
)


def write(connection: Connection, room: int, sends: str, count: int) -> tuple[list[Row], str]:
    """Write new messages into a room, as `given` has them.

    Returns:
        `seq`, `id` and `at` of each, and their events as a JSON array; no rows, and nothing is written, where not all
        are new, by members, and answers to what is there.
    """
    if not connection.fetch_value(_ALL_NEW, [sends, room, room]):
        return [], ""
    head = connection.fetch_value(_TAKE_SEQS, [count, room])
    written = connection.fetch_all(_INSERT, [room, head - count + 1, sends])
    append_message_events(connection, room, head - count + 1, head)
    return sorted(written, key=lambda row: int(row["seq"])), events_json(connection, room, head - count, head)
