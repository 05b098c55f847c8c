"""Pages of messages, for scrolling back and forth."""

from __future__ import annotations

from chat import protocol
from chat.protocol import History
from chat.protocol.fields import MAX_ID
from chat.queries import events
from chat.queries.json_sql import MESSAGE_FIELDS, REACTIONS
from storage.store import Connection, Fragment, Row, dialect, sql, store


def _side(name: Fragment, beyond: Fragment, order: Fragment) -> Fragment:
    """The messages on one side of a `seq`, the nearest first, and those of them that fit into a page.

    One more than asked for tells whether there is more; it is left out of the page itself, and so are messages that
    would make the page longer than a frame should be. Its parameters: the `seq`, the limit + 1, the characters, the
    limit.
    """
    return sql(
        """
    {name} AS (
        SELECT m.id, m.seq, length(m.body) + coalesce(length(m.files), 0) AS chars FROM chat_message m
        WHERE m.room_id = (SELECT room_id FROM mine) AND m.seq {beyond} %s ORDER BY m.seq {order} LIMIT %s
    ),
    {name}_fitting AS (
        SELECT id, seq FROM (SELECT id, seq, sum(chars) OVER (ORDER BY seq {order}) - chars AS nearer FROM {name}) near
        WHERE nearer < %s ORDER BY seq {order} LIMIT %s
    )""",
        name=name,
        beyond=beyond,
        order=order,
    )


_PAGE = sql(
    """
    WITH mine AS (SELECT room_id FROM chat_membership WHERE room_id = %s AND user_id = %s),
    {older},
    {newer}
    SELECT
        (SELECT count(*) FROM mine) AS member,
        (SELECT count(*) FROM older) > (SELECT count(*) FROM older_fitting) AS older,
        (SELECT count(*) FROM newer) > (SELECT count(*) FROM newer_fitting) AS newer,
        (SELECT min(seq) FROM (SELECT seq FROM older_fitting UNION ALL SELECT seq FROM newer_fitting) low) AS first_seq,
        (SELECT max(seq) FROM (SELECT seq FROM older_fitting UNION ALL SELECT seq FROM newer_fitting) high) AS last_seq,
        (SELECT {messages} FROM (
            SELECT {message} AS message
            FROM (SELECT id FROM older_fitting UNION ALL SELECT id FROM newer_fitting) fitting
            JOIN chat_message m ON m.id = fitting.id JOIN chat_user s ON s.id = m.sender_id
            ORDER BY m.seq
        ) page) AS messages
    """,
    older=_side(sql("older"), sql("<"), sql("DESC")),
    newer=_side(sql("newer"), sql(">"), sql("ASC")),
    messages=dialect.json_list("message"),
    message=dialect.json_object_of(
        dialect.json_members(seq="m.seq", at=dialect.iso("m.created_at")),
        MESSAGE_FIELDS,
        dialect.json_members(reactions=dialect.json_text(REACTIONS)),
    ),
)

_NOTHING = (MAX_ID, 0)


async def page(user: int, asked: History) -> str | None:
    """The `page` frame that answers `history`; None if the room is not the user's."""
    return await store.read(_page, user, asked)


def _page(connection: Connection, user: int, asked: History) -> str | None:
    limit = min(asked.limit, protocol.MAX_PAGE)
    chars = protocol.MAX_EVENTS_CHARS
    older, newer = (asked.before or MAX_ID, limit), _NOTHING
    if asked.after is not None:
        older, newer = (0, 0), (asked.after, limit)
    elif asked.around is not None:
        half = (limit + 1) // 2
        older, newer = (min(asked.around, MAX_ID - 1) + 1, half), (asked.around, limit - half)
        chars //= 2
    sides = [value for seq, count in (older, newer) for value in (seq, count + 1, chars, count)]
    row = connection.fetch_one(_PAGE, [asked.room, user, *sides])
    if row is None or not row["member"]:
        return None
    return protocol.page(
        asked.room,
        row["messages"],
        events.lines_json(connection, asked.room, *_reach(asked, row)),
        cursor=asked.cursor,
        more=bool(row["older"] if asked.after is None else row["newer"]),
        newer=None if asked.around is None else bool(row["newer"]),
    )


def _reach(asked: History, row: Row) -> tuple[int, int]:
    """The stretch of the log that a page covers: pages that join leave nothing out between them, and share nothing."""
    first = 1 if asked.after is None else asked.after + 1
    last = MAX_ID if asked.before is None else asked.before - 1
    if row["older"] and asked.after is None:
        first = row["first_seq"]
    if row["newer"]:
        last = row["last_seq"]
    return first, last
