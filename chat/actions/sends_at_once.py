"""Messages are looked at, numbered, written, logged and put into JSON by one statement.

For an engine that lets a WITH change something. All its parts see the rows as they were before, so the events are made
of what the others return. It is planned once for tables of any size: what must be a look into an index is written as
one.
"""

from __future__ import annotations

import json

from chat.actions.given import PARTS
from chat.queries.events import MESSAGE_EVENT
from storage.store import Connection, Row, dialect, sql

_WRITE = sql(
    """
    WITH given AS MATERIALIZED (
        SELECT CAST({sender} AS bigint) AS sender_id, {client_id} AS client_id, {body} AS body, {digest} AS digest,
            CAST({reply_to} AS bigint) AS reply_to_id, {place} + 1 AS place
        FROM {sends}
    ), room AS (
        SELECT CAST(%s AS bigint) AS id, (SELECT count(*) FROM given) AS more
    ), taken AS (
        UPDATE chat_room SET head = head + (SELECT more FROM room)
        WHERE id = (SELECT id FROM room) AND (
            SELECT bool_and(
                (SELECT id FROM chat_membership WHERE room_id = room.id AND user_id = given.sender_id) IS NOT NULL
                AND (SELECT id FROM chat_message
                    WHERE sender_id = given.sender_id AND client_id = given.client_id) IS NULL
                AND (SELECT id FROM chat_event
                    WHERE actor_id = given.sender_id AND client_id = given.client_id) IS NULL
                AND (given.reply_to_id IS NULL
                    OR (SELECT id FROM chat_message WHERE id = given.reply_to_id AND room_id = room.id) IS NOT NULL))
            FROM given, room)
        RETURNING id, head - (SELECT more FROM room) AS before
    ), written AS (
        INSERT INTO chat_message (room_id, sender_id, client_id, seq, body, digest, reply_to_id, created_at)
        SELECT taken.id, sender_id, client_id, before + place, body, digest, reply_to_id, {now}
        FROM taken, given ORDER BY place
        RETURNING *
    ), logged AS (
        INSERT INTO chat_event (room_id, seq, kind, actor_id, message_id, client_id, at)
        SELECT room_id, seq, 'message', sender_id, id, client_id, created_at FROM written ORDER BY seq
    )
    SELECT {acks} AS acks, {events} AS events FROM (
        SELECT {ack} AS ack, {event} AS event
        FROM written m
        JOIN LATERAL (
            SELECT m.seq, 'message' AS kind, m.created_at AS at
        ) e ON TRUE
        JOIN LATERAL (SELECT id, name FROM chat_user WHERE id = m.sender_id OFFSET 0) s ON TRUE
        JOIN LATERAL (SELECT s.id, s.name) a ON TRUE
        ORDER BY m.seq
    ) happened
    """,
    **PARTS,
    now=dialect.NOW,
    acks=dialect.json_list("ack"),
    ack=dialect.json_object(seq="m.seq", id="m.id", at=dialect.iso("m.created_at")),
    events=dialect.json_list("event"),
    event=MESSAGE_EVENT,
)


def write(connection: Connection, room: int, sends: str, _count: int) -> tuple[list[Row], str]:
    """What `sends_in_steps.write` does."""
    done = connection.fetch_one(_WRITE, [sends, room])
    assert done is not None  # noqa: S101 - an aggregate always has a row
    return json.loads(done["acks"]), done["events"]
