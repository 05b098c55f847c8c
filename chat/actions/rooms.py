"""Rooms and who is in them.

What people do themselves takes `by`, looks their own membership up, and is refused with `not_found` in rooms that do
not exist for them. A direct room is the two it was made for, for ever: nobody joins, leaves or renames it.
"""

from __future__ import annotations

from chat.actions.locks import lock_people, lock_rooms
from chat.actions.log import Entry, append_event, take_seq
from chat.actions.refused import Refused
from chat.models import Event, Room
from chat.protocol import Code
from storage.store import Connection, dialect, sql

_CREATE = sql(
    "INSERT INTO chat_room (name, kind, head, created_at) VALUES (%s, %s, 0, {now}) RETURNING id", now=dialect.NOW
)
_JOIN = sql(
    """
    INSERT INTO chat_membership (room_id, user_id, joined_at, read_seq)
    SELECT id, %s, {now}, head FROM chat_room WHERE id = %s AND kind <> 'direct'
    ON CONFLICT (room_id, user_id) DO NOTHING
    """,
    now=dialect.NOW,
)
_MAKE_DIRECT = sql(
    """
    INSERT INTO chat_room (name, kind, pair, head, created_at)
    SELECT substr({names}, 1, 80), 'direct', %s, 0, {now} FROM chat_user WHERE id IN (%s, %s)
    RETURNING id
    """,
    names=dialect.joined("name", " & ", by="id"),
    now=dialect.NOW,
)
_JOIN_BOTH = sql(
    """
    INSERT INTO chat_membership (room_id, user_id, joined_at, read_seq)
    SELECT %s, id, {now}, 0 FROM chat_user WHERE id IN (%s, %s)
    """,
    now=dialect.NOW,
)
_LEAVE = """
    DELETE FROM chat_membership WHERE room_id = %s AND user_id = %s
    AND (SELECT kind FROM chat_room WHERE id = room_id) <> 'direct'
"""


def create_room(connection: Connection, name: str, kind: Room.Kind, creator: int) -> int:
    """Open a room with its creator as the first member; everybody joins an open one. Returns its id."""
    lock_people(connection)
    room: int = connection.fetch_value(_CREATE, [name, kind.value])
    _join(connection, room, creator)
    if kind is Room.Kind.OPEN:
        for row in connection.fetch_all("SELECT id FROM chat_user WHERE is_active AND id <> %s ORDER BY id", [creator]):
            _join(connection, room, row["id"])
    return room


def open_direct_room(connection: Connection, by: int, other: int) -> int:
    """The one room of these two, made if they have none yet; who joined is nothing to log there.

    Raises:
        Refused: `not_found` when there is no such person to talk to; `bad_frame` for a talk with oneself.
    """
    if by == other:
        raise Refused(Code.BAD_FRAME, "a direct room is for two")
    pair = f"{min(by, other)}-{max(by, other)}"
    return _room_of(connection, pair) or _make_direct(connection, pair, by, other)


def _room_of(connection: Connection, pair: str) -> int | None:
    room: int | None = connection.fetch_value("SELECT id FROM chat_room WHERE pair = %s", [pair])
    return room


def _make_direct(connection: Connection, pair: str, by: int, other: int) -> int:
    lock_people(connection)
    made = _room_of(connection, pair)  # the other one may have been faster
    if made is not None:
        return made
    _check_person(connection, other)
    room: int = connection.fetch_value(_MAKE_DIRECT, [pair, by, other])
    connection.execute(_JOIN_BOTH, [room, by, other])
    return room


def add_membership(connection: Connection, room: int, user: int, by: int | None = None) -> bool:
    """Make the user a member, of their own accord or by another's. Returns False if they were one already."""
    lock_people(connection)
    lock_rooms(connection, [room])
    return _join(connection, room, user, by)


def _join(connection: Connection, room: int, user: int, by: int | None = None) -> bool:
    added = connection.execute(_JOIN, [user, room])
    if added.changes:
        _log_member(connection, room, user, joined=True, by=by)
    return bool(added.changes)


def join_open_rooms(connection: Connection, user: int) -> None:
    """Make a newcomer a member of every open room."""
    lock_people(connection)
    found = connection.fetch_all("SELECT id FROM chat_room WHERE kind = %s ORDER BY id", [Room.Kind.OPEN.value])
    rooms = [row["id"] for row in found]
    lock_rooms(connection, rooms)
    for room in rooms:
        _join(connection, room, user)


def join_open_room(connection: Connection, room: int, by: int) -> None:
    """Come into an open room."""
    if connection.fetch_value("SELECT 1 FROM chat_room WHERE id = %s AND kind = 'open'", [room]) is None:
        raise _no_such_room()
    add_membership(connection, room, by)


def add_member(connection: Connection, room: int, user: int, by: int) -> None:
    """Bring somebody else into a room one is in."""
    lock_people(connection)
    lock_rooms(connection, [room])
    _check_may_change(connection, room, by)
    _check_person(connection, user)
    _join(connection, room, user, by)


def end_membership(connection: Connection, room: int, user: int) -> bool:
    """End a membership. Returns False if there was none, or the room is direct."""
    lock_rooms(connection, [room])
    gone = connection.execute(_LEAVE, [room, user])
    if gone.changes:
        _log_member(connection, room, user, joined=False)
    return bool(gone.changes)


def leave_room(connection: Connection, room: int, by: int) -> int:
    """Go out of a room one is in. Returns how many members stay."""
    lock_rooms(connection, [room])
    _check_may_change(connection, room, by)
    end_membership(connection, room, by)
    stay: int = connection.fetch_value("SELECT count(*) FROM chat_membership WHERE room_id = %s", [room])
    return stay


def rename_room(connection: Connection, room: int, name: str, by: int) -> None:
    """Give a room one is in another name."""
    lock_rooms(connection, [room])
    _check_may_change(connection, room, by)
    if connection.execute("UPDATE chat_room SET name = %s WHERE id = %s AND name <> %s", [name, room, name]).changes:
        append_event(connection, room, take_seq(connection, room), Entry(Event.Kind.ROOM, by, data={"name": name}))


def _check_may_change(connection: Connection, room: int, user: int) -> None:
    kind = connection.fetch_value(
        "SELECT r.kind FROM chat_room r JOIN chat_membership mine ON mine.room_id = r.id"
        " WHERE r.id = %s AND mine.user_id = %s",
        [room, user],
    )
    if kind is None:
        raise _no_such_room()
    if kind == Room.Kind.DIRECT:
        raise Refused(Code.FORBIDDEN, "a direct room stays as it is")


def _check_person(connection: Connection, user: int) -> None:
    if connection.fetch_value("SELECT 1 FROM chat_user WHERE id = %s AND is_active", [user]) is None:
        raise Refused(Code.NOT_FOUND, "there is no such person")


def _no_such_room() -> Refused:
    return Refused(Code.NOT_FOUND, "there is no such room")


def _log_member(connection: Connection, room: int, user: int, *, joined: bool, by: int | None = None) -> None:
    seq = take_seq(connection, room)
    append_event(connection, room, seq, Entry(Event.Kind.MEMBER, by or user, data={"user": user, "joined": joined}))
