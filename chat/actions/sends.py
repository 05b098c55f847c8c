"""New messages of one room, written together: a handful of statements for all of them instead of a handful for each."""

from __future__ import annotations

import json
from collections.abc import Sequence

from chat.actions.digests import digest_of
from chat.actions.log import append_message_events
from chat.protocol import Ack, Send
from storage.store import Connection, dialect, sql

_TAKE_SEQS = sql(
    """
    UPDATE chat_room SET head = head + %s
    WHERE id = %s AND NOT EXISTS (
        SELECT 1 FROM {senders} WHERE NOT EXISTS (
            SELECT 1 FROM chat_membership WHERE room_id = chat_room.id AND user_id = {sender}))
    RETURNING head
    """,
    senders=dialect.items("sender"),
    sender=dialect.item("sender"),
)
_ALL_HERE = sql(
    """
    SELECT NOT EXISTS (
        SELECT 1 FROM {sources} WHERE NOT EXISTS (
            SELECT 1 FROM chat_message WHERE id = {source} AND room_id = %s))
    """,
    sources=dialect.items("source"),
    source=dialect.item("source"),
)
_INSERT = sql(
    """
    INSERT INTO chat_message (room_id, sender_id, client_id, seq, body, digest, reply_to_id, created_at)
    SELECT %s, {sender}, {client_id}, %s + {place}, {body}, {digest}, {reply_to}, {now}
    FROM {sends} ORDER BY {place}
    RETURNING seq, id, {created_at} AS at
    """,
    sends=dialect.items("send"),
    place=dialect.place("send"),
    sender=dialect.part("send", 0),
    client_id=dialect.part("send", 1),
    body=dialect.part("send", 2),
    digest=dialect.part("send", 3),
    reply_to=dialect.part("send", 4),
    now=dialect.NOW,
    created_at=dialect.iso("created_at"),
)
# A client_id that was used for a message is noticed by the index; one that was used for a change has to be looked for.
_USED = sql(
    """
    SELECT EXISTS (SELECT 1 FROM {sends} {then} chat_event e ON e.actor_id = {sender} AND e.client_id = {client_id})
    """,
    sends=dialect.items("send"),
    then=dialect.THEN,
    sender=dialect.part("send", 0),
    client_id=dialect.part("send", 1),
)


class NotAllNew(Exception):
    """One of these sends is out of the ordinary: each has to be looked at by itself (`messages.perform_change`)."""


def send_together(connection: Connection, sends: Sequence[tuple[int, Send]]) -> list[Ack]:
    """Write messages, each with its sender, into the room of the first, in this order. Call it in a savepoint.

    Raises:
        NotAllNew: one is for another room, a repeat, by somebody who is no member, or answers what is not there.
        DatabaseError: among others `IntegrityError` for a repeat of a message.
    """
    room = sends[0][1].room
    if any(frame.room != room for _, frame in sends):
        raise NotAllNew
    count = len(sends)
    head = connection.fetch_value(_TAKE_SEQS, [count, room, json.dumps(list({sender for sender, _ in sends}))])
    sources = [frame.reply_to for _, frame in sends if frame.reply_to is not None]
    if head is None or (sources and not connection.fetch_value(_ALL_HERE, [json.dumps(sources), room])):
        raise NotAllNew
    rows = [(sender, frame.client_id, frame.body, digest_of(frame), frame.reply_to) for sender, frame in sends]
    given = json.dumps(rows, ensure_ascii=False)
    if connection.fetch_value(_USED, [given]):
        raise NotAllNew
    first = head - count + 1
    written = sorted(connection.fetch_all(_INSERT, [room, first, given]), key=lambda row: int(row["seq"]))
    append_message_events(connection, room, first, head)
    return [
        Ack(frame.client_id, row["id"], room, row["seq"], row["at"], duplicate=False)
        for (_, frame), row in zip(sends, written, strict=True)
    ]
