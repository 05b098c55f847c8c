"""The history of this installation, as storage's high-water mark asks for it: its epoch, and how far it has come."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from chat.models import new_epoch
from storage.store import Connection, Position, dialect, sql

# Not the highest that is there: a room is deleted with its events.
_LAST_EVENT = sql("SELECT {last}", last=dialect.last_id("chat_event"))
_HEADS = sql("SELECT {heads} FROM chat_room", heads=dialect.json_map("id", "head"))
_BEGIN_ON_REPORTS = sql(
    """
    UPDATE chat_installation SET epoch = %s WHERE epoch = %s AND (%s > 1 OR EXISTS (
        SELECT 1 FROM chat_user WHERE {these} AND is_staff AND is_active))
    """,
    these=dialect.among("id"),
)


class RoomHistory:
    """The log of all rooms together. Its parts are the rooms, named by number: a name may be a secret."""

    parts: Mapping[str, str] = {"chat_message": "room_id", "chat_event": "room_id"}
    marks: Collection[str] = {"chat_revision"}

    def position(self, connection: Connection) -> Position:
        """The epoch, the number of the last event ever written, and the head of each room."""
        epoch = connection.fetch_value("SELECT epoch FROM chat_installation")
        total = connection.fetch_value(_LAST_EVENT)
        rooms = json.loads(connection.fetch_json(_HEADS))
        return Position(epoch or "", total or 0, {f"room {room}": head for room, head in rooms.items()})

    def begin_anew(self, connection: Connection, epoch: str) -> bool:
        """Give it a new epoch in place of this one: clients that say hello with the old one start over."""
        done = connection.execute("UPDATE chat_installation SET epoch = %s WHERE epoch = %s", [new_epoch(), epoch])
        return bool(done.changes)


def begin_anew_on_reports(connection: Connection, epoch: str, people: list[int]) -> bool:
    """Begin a new epoch if these people's word is enough for it: that of one who moderates, or of two others.

    Does nothing where the epoch is another one by now. Returns whether one has begun.
    """
    done = connection.execute(_BEGIN_ON_REPORTS, [new_epoch(), epoch, len(people), json.dumps(people)])
    return bool(done.changes)
