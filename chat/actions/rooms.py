"""Rooms and who is in them."""

from __future__ import annotations

from chat.actions.log import NOW, Entry, append, next_seq
from chat.models import Event, Room
from storage.store import Connection


def create_room(connection: Connection, name: str, kind: Room.Kind, creator: int) -> int:
    """Open a room with its creator as the first member; everybody joins an open one. Returns its id."""
    room: int = connection.fetch_value(
        f"INSERT INTO chat_room (name, kind, head, created_at) VALUES (%s, %s, 0, {NOW}) RETURNING id",  # noqa: S608
        [name, kind.value],
    )
    join(connection, room, creator)
    if kind is Room.Kind.OPEN:
        for row in connection.fetch_all("SELECT id FROM chat_user WHERE is_active AND id <> %s ORDER BY id", [creator]):
            join(connection, room, row["id"])
    return room


def join(connection: Connection, room: int, user: int) -> bool:
    """Make the user a member. Returns False if they were one already."""
    added = connection.execute(
        "INSERT INTO chat_membership (room_id, user_id, joined_at, read_seq)"  # noqa: S608 - constants
        f" SELECT id, %s, {NOW}, head FROM chat_room WHERE id = %s ON CONFLICT (room_id, user_id) DO NOTHING",
        [user, room],
    )
    if added.changes:
        _log_member(connection, room, user, joined=True)
    return bool(added.changes)


def join_open_rooms(connection: Connection, user: int) -> None:
    """Make a newcomer a member of every open room."""
    for row in connection.fetch_all("SELECT id FROM chat_room WHERE kind = %s ORDER BY id", [Room.Kind.OPEN.value]):
        join(connection, row["id"], user)


def leave(connection: Connection, room: int, user: int) -> bool:
    """End a membership. Returns False if there was none."""
    gone = connection.execute("DELETE FROM chat_membership WHERE room_id = %s AND user_id = %s", [room, user])
    if gone.changes:
        _log_member(connection, room, user, joined=False)
    return bool(gone.changes)


def _log_member(connection: Connection, room: int, user: int, *, joined: bool) -> None:
    seq = next_seq(connection, room)
    append(connection, room, seq, Entry(Event.Kind.MEMBER, user, data={"user": user, "joined": joined}))
