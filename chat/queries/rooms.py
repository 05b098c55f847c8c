"""A user's rooms."""

from __future__ import annotations

import json
from typing import NamedTuple

from chat.queries.json_sql import person
from chat.queries.revisions import revisions
from storage.store import Connection, dialect, sql, store

UNREAD_CAP = 100

_UNREAD = sql(
    """(SELECT count(*) FROM (
        SELECT 1 FROM chat_message m WHERE m.room_id = r.id AND m.seq > mine.read_seq
        AND m.sender_id <> mine.user_id AND m.deleted_at IS NULL LIMIT {cap}
    ) unread)""",
    cap=UNREAD_CAP,
)
_LAST = "(SELECT m.created_at FROM chat_message m WHERE m.room_id = r.id ORDER BY m.seq DESC LIMIT 1)"
_ROOM = dialect.json_object(
    id="r.id",
    name="coalesce(other.name, r.name)",
    kind="r.kind",
    head="r.head",
    read_seq="mine.read_seq",
    unread=_UNREAD,
    active_at=dialect.iso(f"coalesce({_LAST}, r.created_at)"),
)
_WITH = dialect.json_object(**{"with": dialect.json_text("person")})
# A direct room is named after the other person in it.
_ROOMS = sql(
    """
    SELECT {rooms} FROM (
        SELECT {room} AS room, CASE WHEN other.id IS NOT NULL THEN {other} END AS person
        FROM chat_membership mine JOIN chat_room r ON r.id = mine.room_id
        LEFT JOIN chat_membership theirs
            ON r.kind = 'direct' AND theirs.room_id = r.id AND theirs.user_id <> mine.user_id
        LEFT JOIN chat_user other ON other.id = theirs.user_id
        WHERE mine.user_id = %s ORDER BY {by_name}, r.id
    ) listed
    """,
    rooms=dialect.json_list(f"CASE WHEN person IS NULL THEN room ELSE {dialect.json_joined('room', _WITH)} END"),
    room=_ROOM,
    other=person("other"),
    by_name=dialect.by_code("coalesce(other.name, r.name)"),
)
_OPEN = sql(
    """
    SELECT {rooms} FROM (
        SELECT {room} AS room FROM chat_room r WHERE r.kind = 'open'
        AND NOT EXISTS (SELECT 1 FROM chat_membership WHERE room_id = r.id AND user_id = %s)
        ORDER BY {by_name}, r.id
    ) found
    """,
    rooms=dialect.json_list("room"),
    room=dialect.json_object(
        id="r.id", name="r.name", members="(SELECT count(*) FROM chat_membership WHERE room_id = r.id)"
    ),
    by_name=dialect.any_case("r.name"),
)
_MEMBERSHIPS = sql(
    "SELECT user_id, {rooms} AS rooms FROM chat_membership WHERE {these} GROUP BY user_id",
    rooms=dialect.json_list("room_id"),
    these=dialect.among("user_id"),
)
_MARK_READ = sql(
    """
    UPDATE chat_membership SET read_seq = {seq} FROM chat_room r
    WHERE r.id = room_id AND room_id = %s AND user_id = %s AND read_seq < {seq}
    """,
    seq=dialect.least("%s", "r.head"),
)
_POSITION = sql(
    """
    SELECT mine.read_seq AS seq, {unread} AS unread, r.head
    FROM chat_membership mine JOIN chat_room r ON r.id = mine.room_id
    WHERE mine.user_id = %s AND mine.room_id = %s
    """,
    unread=_UNREAD,
)


def list_of(connection: Connection, user: int) -> tuple[str, dict[int, int]]:
    """The list of `welcome` and `rooms` as JSON, and the head of each room in it. `unread` counts to `UNREAD_CAP`."""
    text = connection.fetch_json(_ROOMS, [user])
    # Parsed, rather than asked for separately: the client takes these very heads as its cursors.
    return text, {room["id"]: room["head"] for room in json.loads(text)}


async def rooms_of(user: int) -> tuple[str, dict[int, int]]:
    """`list_of` from the event loop."""
    return await store.read(list_of, user)


async def open_to(user: int) -> str:
    """The open rooms the user is not in, with the number of those who are, as a JSON array."""
    return await store.fetch_json(_OPEN, [user])


class Memberships(NamedTuple):
    """The rooms `of` each of some users, and the revision at which they were read."""

    of: dict[int, set[int]]
    revision: int


async def memberships(users: list[int]) -> Memberships:
    """The rooms of each of these users."""
    return await store.read(_memberships, users)


def _memberships(connection: Connection, users: list[int]) -> Memberships:
    rows = connection.fetch_all(_MEMBERSHIPS, [json.dumps(users)])
    found: dict[int, set[int]] = {user: set() for user in users}
    found |= {row["user_id"]: set(json.loads(row["rooms"])) for row in rows}
    return Memberships(found, revisions(connection).memberships)


async def mark_read(user: int, room: int, seq: int) -> bool:
    """The user has read up to `seq`. Never moves back nor beyond the head; does nothing in rooms not theirs.

    Returns whether anything was written.
    """
    done = await store.execute(_MARK_READ, [seq, room, user, seq])
    return bool(done.changes)


class Position(NamedTuple):
    """How far somebody has read in a room, and what is new to them between there and its `head`."""

    seq: int
    unread: int
    head: int


async def position(user: int, room: int) -> Position | None:
    """The user's position; None if the room is not theirs. `unread` counts to `UNREAD_CAP`."""
    row = await store.fetch_one(_POSITION, [user, room])
    return None if row is None else Position(**row)
