"""Messages: send, delete, restore."""

from __future__ import annotations

import hashlib
import json

from chat.actions.log import NOW, append, next_seq
from chat.actions.refused import Refused
from chat.models import Event
from chat.protocol import Ack, Code, Send
from storage.store import Connection

_SENT = """
    SELECT id, room_id, seq, digest, strftime('%%Y-%%m-%%dT%%H:%%M:%%fZ', created_at) AS at
    FROM chat_message WHERE sender_id = %s AND client_id = %s
"""
_NEXT_SEQ_FOR_MEMBER = """
    UPDATE chat_room SET head = head + 1
    WHERE id = %s AND EXISTS (SELECT 1 FROM chat_membership WHERE room_id = chat_room.id AND user_id = %s)
    RETURNING head
"""
_INSERT = f"""
    INSERT INTO chat_message (room_id, sender_id, client_id, seq, body, digest, reply_to_id, created_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, {NOW})
    RETURNING id, strftime('%%Y-%%m-%%dT%%H:%%M:%%fZ', created_at) AS at
"""  # noqa: S608 - NOW is a constant


def send(connection: Connection, sender: int, frame: Send) -> Ack:
    """Store the message once, however often the frame comes.

    Returns:
        The ack: of the new message, or (`duplicate`) of the one that this `client_id` made before.

    Raises:
        Refused: `conflict` when this `client_id` was used for something else; `not_found` when the room, or the
            message replied to, does not exist for this sender.
    """
    digest = _digest(frame)
    sent = connection.fetch_one(_SENT, [sender, frame.client_id])
    if sent is not None:
        if sent["digest"] != digest:
            raise Refused(Code.CONFLICT, "this client_id was used for another message")
        return Ack(frame.client_id, sent["id"], sent["room_id"], sent["seq"], sent["at"], duplicate=True)
    seq = connection.fetch_value(_NEXT_SEQ_FOR_MEMBER, [frame.room, sender])
    if seq is None:
        raise Refused(Code.NOT_FOUND, "there is no such room")
    if frame.reply_to is not None and not _exists(connection, frame.reply_to, frame.room):
        raise Refused(Code.NOT_FOUND, "there is no such message to reply to")
    row = connection.fetch_one(_INSERT, [frame.room, sender, frame.client_id, seq, frame.body, digest, frame.reply_to])
    assert row is not None  # noqa: S101 - an INSERT that does not raise returns its row
    append(connection, room=frame.room, seq=seq, kind=Event.Kind.MESSAGE, actor=sender, message=row["id"])
    return Ack(frame.client_id, row["id"], frame.room, seq, row["at"], duplicate=False)


def set_deleted(connection: Connection, message: int, actor: int, *, deleted: bool) -> bool:
    """Take a message back, or bring it back. Returns whether anything changed.

    The row stays, and with it its place in the log and its `client_id`.
    """
    was = "NOT NULL" if not deleted else "NULL"
    room = connection.fetch_value(
        f"UPDATE chat_message SET deleted_at = {NOW if deleted else 'NULL'}"  # noqa: S608 - constants
        f" WHERE id = %s AND deleted_at IS {was} RETURNING room_id",
        [message],
    )
    if room is None:
        return False
    kind = Event.Kind.DELETE if deleted else Event.Kind.EDIT
    append(connection, room=room, seq=next_seq(connection, room), kind=kind, actor=actor, message=message)
    return True


def _exists(connection: Connection, message: int, room: int) -> bool:
    found = connection.fetch_value("SELECT 1 FROM chat_message WHERE id = %s AND room_id = %s", [message, room])
    return found is not None


def _digest(frame: Send) -> str:
    content = json.dumps([frame.room, frame.body, frame.reply_to])
    return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()
