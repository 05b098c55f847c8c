"""Pages of messages, for scrolling back."""

from __future__ import annotations

from chat import protocol
from chat.queries.json_sql import MESSAGE_FIELDS, REACTIONS, array, iso
from storage.store import store

# One row more than asked for tells whether there is more; it is left out of the page itself, and so are messages that
# would make the page longer than a frame should be.
_PAGE = f"""
    WITH mine AS (SELECT room_id FROM chat_membership WHERE room_id = %s AND user_id = %s),
    newest AS (
        SELECT m.id, m.seq, length(m.body) AS chars FROM mine JOIN chat_message m ON m.room_id = mine.room_id
        WHERE m.seq < %s ORDER BY m.seq DESC LIMIT %s
    ),
    fitting AS (
        SELECT id FROM (SELECT id, seq, sum(chars) OVER (ORDER BY seq DESC) - chars AS newer FROM newest)
        WHERE newer < {protocol.MAX_EVENTS_CHARS} ORDER BY seq DESC LIMIT %s
    )
    SELECT
        (SELECT count(*) FROM mine) AS member,
        (SELECT count(*) FROM newest) > (SELECT count(*) FROM fitting) AS more,
        (SELECT {array("message")} FROM (
            SELECT json_object('seq', m.seq, 'at', {iso("m.created_at")}, {MESSAGE_FIELDS},
                'reactions', json({REACTIONS})) AS message
            FROM fitting JOIN chat_message m ON m.id = fitting.id JOIN chat_user s ON s.id = m.sender_id
            ORDER BY m.seq
        )) AS messages
"""  # noqa: S608 - constants


async def page(user: int, room: int, before: int | None, limit: int) -> str | None:
    """The `page` frame with the newest messages before `before`; None if the room is not the user's."""
    limit = min(limit, protocol.MAX_PAGE)
    row = await store.fetch_one(_PAGE, [room, user, before or protocol.MAX_ID, limit + 1, limit])
    if row is None or not row["member"]:
        return None
    return protocol.page(room, row["messages"], more=bool(row["more"]))
