"""The files that were sent to a room, from any message on in both directions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chat.protocol.fields import MAX_FILES, MAX_ID
from chat.queries.json_sql import person
from chat.queries.search import SECONDS
from storage.store import Fragment, dialect, sql, store, text_search

PAGE = 50
MAX_PAGE = 100

# What is a picture has a known size; nothing else has.
_KINDS = {None: sql("TRUE"), "pictures": sql("f.width IS NOT NULL"), "others": sql("f.width IS NULL")}
_FILE = dialect.json_joined(
    dialect.json_item("m.files", "page.place"),
    dialect.json_object(message="m.id", seq="m.seq", at=dialect.iso("m.created_at"), sender=person("s")),
)
# Whole messages: those with the first files of that number, and whatever else they carry that is wanted.
_PAGE = """
    WITH mine AS (SELECT room_id FROM chat_membership WHERE room_id = %s AND user_id = %s),
    near AS MATERIALIZED (
        SELECT f.message_id, f.place FROM chat_file f
        WHERE f.room_id = (SELECT room_id FROM mine) AND f.message_id {beyond} %s AND {kind} {named}
        ORDER BY f.message_id {order}, f.place {order} LIMIT %s + {most}
    ),
    edge AS (
        SELECT message_id FROM near ORDER BY message_id {order}, place {order} LIMIT 1 OFFSET %s - 1
    ),
    page AS (
        SELECT * FROM near
        WHERE NOT EXISTS (SELECT 1 FROM edge) OR NOT message_id {beyond} (SELECT message_id FROM edge)
    )
    SELECT
        (SELECT count(*) FROM mine) AS member,
        (SELECT count(*) FROM near) > (SELECT count(*) FROM page) AS more,
        (SELECT {files} FROM (
            SELECT {file} AS file FROM page
            JOIN chat_message m ON m.id = page.message_id JOIN chat_user s ON s.id = m.sender_id
            ORDER BY page.message_id DESC, page.place DESC
        ) listed) AS files
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which files: pictures, others or (None) both, whose names have all words of `text` somewhere.

    `before` or `after` a message, by its id; without either the newest. About `limit` of them: no message is divided.
    """

    kind: str | None = None
    text: str = ""
    before: int | None = None
    after: int | None = None
    limit: int = PAGE


async def page(user: int, room: int, wanted: Wanted) -> str | None:
    """What is wanted of a room's files as JSON, the newest first; None if the room is not the user's.

    Raises:
        QueryTimeout: it took too long.
    """
    row = await store.fetch_one(*_statement(user, room, wanted), timeout=SECONDS)
    if row is None or not row["member"]:
        return None
    return f'{{"files":{row["files"]},"more":{"true" if row["more"] else "false"}}}'


def _statement(user: int, room: int, wanted: Wanted) -> tuple[Fragment, list[Any]]:
    words = wanted.text.replace("\0", " ").split()
    limit = min(wanted.limit, MAX_PAGE)
    place = (wanted.before or MAX_ID) if wanted.after is None else wanted.after
    statement = sql(
        _PAGE,
        beyond=sql("<" if wanted.after is None else ">"),
        order=sql("DESC" if wanted.after is None else "ASC"),
        kind=_KINDS[wanted.kind],
        named=Fragment("".join(f" AND {text_search.contains('f.name')}" for _ in words)),
        most=MAX_FILES,
        files=dialect.json_list("file"),
        file=_FILE,
    )
    return statement, [room, user, place, *map(text_search.piece, words), limit, limit]
