"""What people do to messages: send, edit, delete, react. Each may come again under its `client_id`; it is done once."""

from __future__ import annotations

from typing import Any

from chat.actions import files
from chat.actions.digests import digest_of
from chat.actions.locks import lock_rooms
from chat.actions.log import Entry, append_event, take_seq
from chat.actions.refused import Refused
from chat.models import Event
from chat.protocol import Ack, Change, Code, Delete, Edit, React, Send
from chat.protocol.fields import SAYS_NOTHING
from storage.store import Connection, Row, dialect, sql

MAX_REACTIONS = 20  # different emoji on one message

_DONE = sql(
    """
    SELECT id, room_id AS room, seq, digest, {created_at} AS at
    FROM chat_message WHERE sender_id = %s AND client_id = %s
    UNION ALL
    SELECT message_id, room_id, seq, digest, {at}
    FROM chat_event WHERE actor_id = %s AND client_id = %s AND kind <> 'message'
    """,
    created_at=dialect.iso("created_at"),
    at=dialect.iso("at"),
)
_NEXT_SEQ_FOR_MEMBER = """
    UPDATE chat_room SET head = head + 1
    WHERE id = %s AND EXISTS (SELECT 1 FROM chat_membership WHERE room_id = chat_room.id AND user_id = %s)
    RETURNING head
"""
_INSERT = sql(
    """
    INSERT INTO chat_message (room_id, sender_id, client_id, seq, body, digest, reply_to_id, files, created_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, {now})
    RETURNING id, {created_at} AS at
    """,
    now=dialect.NOW,
    created_at=dialect.iso("created_at"),
)
_EDIT = sql("UPDATE chat_message SET body = %s, edited_at = {now} WHERE id = %s", now=dialect.NOW)
_DELETE = sql(
    "UPDATE chat_message SET deleted_at = {now}, files = NULL WHERE id = %s AND deleted_at IS NULL RETURNING room_id",
    now=dialect.NOW,
)
_RESTORE = """
    UPDATE chat_message SET deleted_at = NULL WHERE id = %s AND deleted_at IS NOT NULL AND body <> '' RETURNING room_id
"""
_AT = sql("SELECT {at} FROM chat_event WHERE room_id = %s AND seq = %s", at=dialect.iso("at"))
_VISIBLE = """
    SELECT m.id, m.room_id AS room, m.sender_id AS sender, m.deleted_at, m.files
    FROM chat_message m JOIN chat_membership mine ON mine.room_id = m.room_id
    WHERE m.id = %s AND mine.user_id = %s
"""


def perform_change(connection: Connection, actor: int, frame: Change) -> Ack:
    """Do what a person asks for with a send, an edit, a delete or a reaction: once, however often it comes.

    Where others may write at the same time, the caller holds the room (`lock_rooms`).

    Returns:
        The ack: of what was done now, or (`duplicate`) of what this `client_id` did before. `id` is the message's.

    Raises:
        Refused: `conflict` when this `client_id` was used for something else; `not_found` when the room or message
            does not exist for this person; `forbidden` when it does and is not theirs to change; `bad_frame` when
            nothing would be left of it; what `files.files_to_send` raises.
    """
    digest = digest_of(frame)
    done = connection.fetch_one(_DONE, [actor, frame.client_id, actor, frame.client_id])
    if done is None:
        return (
            _post_message(connection, actor, frame, digest)
            if isinstance(frame, Send)
            else _change_message(connection, actor, frame, digest)
        )
    if done["digest"] != digest:
        raise Refused(Code.CONFLICT, "this client_id was used for something else")
    return Ack(frame.client_id, done["id"], done["room"], done["seq"], done["at"], duplicate=True)


def _post_message(connection: Connection, sender: int, frame: Send, digest: str) -> Ack:
    seq = connection.fetch_value(_NEXT_SEQ_FOR_MEMBER, [frame.room, sender])
    if seq is None:
        raise Refused(Code.NOT_FOUND, "there is no such room")
    if frame.reply_to is not None and not _is_in_room(connection, frame.reply_to, frame.room):
        raise Refused(Code.NOT_FOUND, "there is no such message to reply to")
    sent = files.files_to_send(connection, sender, frame) if frame.files else []
    said = [frame.room, sender, frame.client_id, seq, frame.body, digest, frame.reply_to, files.files_json(sent)]
    row = connection.fetch_one(_INSERT, said)
    assert row is not None  # noqa: S101 - an INSERT that does not raise returns its row
    files.attach(connection, row["id"], sent)
    append_event(connection, frame.room, seq, Entry(Event.Kind.MESSAGE, sender, row["id"], client_id=frame.client_id))
    return Ack(frame.client_id, row["id"], frame.room, seq, row["at"], duplicate=False)


def _change_message(connection: Connection, actor: int, frame: Edit | Delete | React, digest: str) -> Ack:
    message = _access_message(connection, frame.message, actor)
    kind, data = _apply(connection, actor, frame, message)
    seq = take_seq(connection, message["room"])
    entry = Entry(kind, actor, message["id"], data, frame.client_id, digest)
    append_event(connection, message["room"], seq, entry)
    at = connection.fetch_value(_AT, [message["room"], seq])
    return Ack(frame.client_id, message["id"], message["room"], seq, at, duplicate=False)


def _apply(
    connection: Connection, actor: int, frame: Edit | Delete | React, message: Row
) -> tuple[Event.Kind, dict[str, Any] | None]:
    match frame:
        case Edit():
            if message["sender"] != actor:
                raise Refused(Code.FORBIDDEN, "only its author can change a message")
            if not frame.body and message["files"] is None:
                raise Refused(Code.BAD_FRAME, f"body {SAYS_NOTHING}")
            connection.execute(_EDIT, [frame.body, message["id"]])
            return Event.Kind.EDIT, None
        case Delete():
            if message["sender"] != actor and not _is_moderator(connection, actor):
                raise Refused(Code.FORBIDDEN, "only its author or a moderator can delete a message")
            _delete(connection, message["id"])
            return Event.Kind.DELETE, None
        case React():
            _set_reaction(connection, actor, frame)
            return Event.Kind.REACTION, {"emoji": frame.emoji, "on": frame.on}


def _set_reaction(connection: Connection, actor: int, frame: React) -> None:
    if not frame.on:
        connection.execute(
            "DELETE FROM chat_reaction WHERE message_id = %s AND user_id = %s AND emoji = %s",
            [frame.message, actor, frame.emoji],
        )
        return
    others = connection.fetch_value(
        "SELECT count(DISTINCT emoji) FROM chat_reaction WHERE message_id = %s AND emoji <> %s",
        [frame.message, frame.emoji],
    )
    if others >= MAX_REACTIONS:
        raise Refused(Code.FORBIDDEN, f"a message carries at most {MAX_REACTIONS} different reactions")
    connection.execute(
        "INSERT INTO chat_reaction (message_id, user_id, emoji) VALUES (%s, %s, %s)"
        " ON CONFLICT (message_id, user_id, emoji) DO NOTHING",
        [frame.message, actor, frame.emoji],
    )


def set_deleted(connection: Connection, message: int, actor: int, *, deleted: bool) -> bool:
    """Take a message back, or bring it back, for the admin. Returns whether anything changed.

    The row stays, and with it its place in the log and its `client_id`. Its files are gone for good, so one that was
    nothing else cannot be brought back.
    """
    lock_rooms(connection, [], of_messages=[message])
    room = _delete(connection, message) if deleted else connection.fetch_value(_RESTORE, [message])
    if room is None:
        return False
    kind = Event.Kind.DELETE if deleted else Event.Kind.EDIT
    append_event(connection, room, take_seq(connection, room), Entry(kind, actor, message))
    return True


def _delete(connection: Connection, message: int) -> int | None:
    """Take a message back, with its files. Its room, or None where there was nothing to take back."""
    room: int | None = connection.fetch_value(_DELETE, [message])
    files.detach(connection, message)
    return room


def _access_message(connection: Connection, message: int, actor: int) -> Row:
    """The message, if this person may see it and it is not deleted."""
    found = connection.fetch_one(_VISIBLE, [message, actor])
    if found is None or found["deleted_at"] is not None:
        raise Refused(Code.NOT_FOUND, "there is no such message")
    return found


def _is_moderator(connection: Connection, user: int) -> bool:
    return bool(connection.fetch_value("SELECT is_staff FROM chat_user WHERE id = %s", [user]))


def _is_in_room(connection: Connection, message: int, room: int) -> bool:
    found = connection.fetch_value("SELECT 1 FROM chat_message WHERE id = %s AND room_id = %s", [message, room])
    return found is not None
