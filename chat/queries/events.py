"""The log of a room, from any cursor."""

from __future__ import annotations

import json
from typing import NamedTuple

from chat import protocol
from chat.queries.json_sql import MESSAGE_FIELDS, person
from storage.store import Connection, dialect, sql, store

# Of `chat_event e` with its actor `a`, and message `m` with sender `s` where it has one.
_ABOUT = "CASE WHEN e.kind IN ('message', 'edit', 'delete') THEN 'message' ELSE e.kind END"
_WHAT = sql(
    """
        CASE e.kind
        WHEN 'message' THEN {message}
        WHEN 'edit' THEN {message}
        WHEN 'delete' THEN {deleted}
        WHEN 'reaction' THEN {reaction}
        WHEN 'member' THEN (SELECT {member} FROM chat_user u WHERE u.id = {user})
        ELSE {data}
        END
    """,
    message=dialect.json_object_of(MESSAGE_FIELDS),
    deleted=dialect.json_object(id="m.id", deleted=dialect.json_bool("TRUE")),
    reaction=dialect.json_object(
        message="m.id",
        emoji=dialect.member("e.data", "emoji"),
        on=dialect.json_bool(dialect.truth_member("e.data", "on")),
    ),
    member=dialect.json_object(
        id="u.id", name="u.name", joined=dialect.json_bool(dialect.truth_member("e.data", "joined"))
    ),
    user=dialect.number_member("e.data", "user"),
    data=dialect.json_text("e.data"),
)
_HAPPENED = dialect.json_members(seq="e.seq", kind="e.kind", at=dialect.iso("e.at"), actor=person("a"))
EVENT = dialect.json_object_of(_HAPPENED, _ABOUT, _WHAT)
# The same, where it is known to be of kind `message`.
MESSAGE_EVENT = dialect.json_object_of(_HAPPENED, "'message'", dialect.json_object_of(MESSAGE_FIELDS))
_EVENTS = sql(
    """
    SELECT {events} AS events,
        count(*) FILTER (WHERE kind = 'member' AND NOT joined) AS departures,
        count(*) FILTER (WHERE kind = 'room') AS renamings
    FROM (
        SELECT {event} AS event, e.kind, {joined} AS joined FROM chat_event e
        JOIN chat_user a ON a.id = e.actor_id
        LEFT JOIN chat_message m ON m.id = e.message_id
        LEFT JOIN chat_user s ON s.id = m.sender_id
        WHERE e.room_id = %s AND e.seq > %s AND e.seq <= %s
        ORDER BY e.seq
    ) happened
    """,
    events=dialect.json_list("event"),
    event=EVENT,
    joined=dialect.truth_member("e.data", "joined"),
)
_LINES = sql(
    """
    SELECT {events} FROM (
        SELECT {event} AS event FROM (
            SELECT * FROM chat_event
            WHERE room_id = %s AND seq >= %s AND seq <= %s AND kind IN ('member', 'room') ORDER BY seq DESC LIMIT %s
        ) e
        JOIN chat_user a ON a.id = e.actor_id
        LEFT JOIN chat_message m ON m.id = e.message_id
        LEFT JOIN chat_user s ON s.id = m.sender_id
        ORDER BY e.seq
    ) lines
    """,
    events=dialect.json_list("event"),
    event=EVENT,
)
_HEADS = sql("SELECT id, head FROM chat_room WHERE {these}", these=dialect.among("id"))


class Stretch(NamedTuple):
    """What happened in a room from some `seq` on."""

    events: str
    """A JSON array, ascending."""
    last: int
    """The `seq` of the last of them."""
    somebody_left: bool
    renamed: bool


def events_json(connection: Connection, room: int, after: int, last: int) -> str:
    """The events with `after < seq <= last` as a JSON array, ascending."""
    text: str = connection.fetch_value(_EVENTS, [room, after, last])
    return text


def stretch(connection: Connection, room: int, after: int, last: int) -> Stretch:
    """The events after `after`, for a reader who has been let in already.

    They go to `last`, or less far: at most `MAX_PAGE` events, and no more text than one frame should carry.
    """
    last = min(last, after + protocol.MAX_PAGE)
    found = _stretch(connection, room, after, last)
    while len(found.events) > protocol.MAX_EVENTS_CHARS and last > after + 1:
        last = after + (last - after) // 2
        found = _stretch(connection, room, after, last)
    return found


def _stretch(connection: Connection, room: int, after: int, last: int) -> Stretch:
    row = connection.fetch_one(_EVENTS, [room, after, last])
    assert row is not None  # noqa: S101 - an aggregate always has a row
    return Stretch(row["events"], last, bool(row["departures"]), bool(row["renamings"]))


def lines_json(connection: Connection, room: int, first: int, last: int) -> str:
    """Who came and went and what the room was named, with `first <= seq <= last`, as a JSON array, ascending.

    Of more than `MAX_PAGE` the newest.
    """
    text: str = connection.fetch_value(_LINES, [room, first, last, protocol.MAX_PAGE])
    return text


async def read(room: int, after: int, last: int) -> Stretch:
    """`stretch` from the event loop, but not beyond the room's head, whatever `last` says: it may be hearsay."""
    return await store.read(_read, room, after, last)


def _read(connection: Connection, room: int, after: int, last: int) -> Stretch:
    head = heads_of(connection, [room]).get(room, 0)
    return stretch(connection, room, after, max(after, min(last, head)))


async def catch_up(user: int, room: int, after: int, limit: int) -> str | None:
    """The `events` frame (or `reset`) that answers `sync`; None if the room is not the user's."""
    return await store.read(_catch_up, user, room, after, limit)


def _catch_up(connection: Connection, user: int, room: int, after: int, limit: int) -> str | None:
    head = _head_for(connection, user, room)
    if head is None:
        return None
    if after > head:
        return protocol.reset(room, head)
    if after == head:
        return protocol.events(room, after + 1, after, "[]", more=False)
    found = stretch(connection, room, after, min(head, after + limit))
    return protocol.events(room, after + 1, found.last, found.events, more=found.last < head)


def _head_for(connection: Connection, user: int, room: int) -> int | None:
    head: int | None = connection.fetch_value(
        "SELECT r.head FROM chat_room r JOIN chat_membership mine ON mine.room_id = r.id"
        " WHERE r.id = %s AND mine.user_id = %s",
        [room, user],
    )
    return head


def heads_of(connection: Connection, rooms: list[int]) -> dict[int, int]:
    """The heads of these rooms, to notice what another process wrote."""
    rows = connection.fetch_all(_HEADS, [json.dumps(rooms)])
    return {row["id"]: row["head"] for row in rows}


async def heads(rooms: list[int]) -> dict[int, int]:
    """`heads_of` from the event loop."""
    return await store.read(heads_of, rooms)
