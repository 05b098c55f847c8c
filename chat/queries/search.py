"""Finding messages by their words, in one's own rooms, the newest first.

The full-text index knows words between spaces and signs, without case and accents. What it cannot know, emoji and
scripts that write without spaces, is looked for in the texts themselves.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any, NamedTuple

from chat.protocol.fields import MAX_ID
from chat.queries.json_sql import array, iso
from storage.store import store

PAGE = 30
EXCERPT_CHARS = 500
SECONDS = 2.0
"""What is not found by then is not found: a search shall not keep others waiting."""

# Thai, Lao, Myanmar, Khmer; kana, bopomofo and Han with their extensions.
_SPACELESS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_NUL = {0: " "}
_LIKE = re.compile("[!%_]")


class Wanted(NamedTuple):
    """What a message must have: what the index is asked for, if anything, and pieces that stand in the text."""

    match: str | None
    pieces: list[str]


NOTHING = Wanted(None, [])


def wanted(text: str) -> Wanted:
    """What somebody who typed this is looking for. Every word counts, the last one may be a beginning."""
    words = list(dict.fromkeys(text.translate(_NUL).split()))
    indexed = [word for word in words if _in_index(word)]
    phrases = ['"' + word.replace('"', '""') + '"' for word in indexed]
    if phrases and indexed[-1] == words[-1]:
        phrases[-1] += "*"
    return Wanted(" ".join(phrases) or None, [word for word in words if not _in_index(word)])


def _in_index(word: str) -> bool:
    letters = any(unicodedata.category(character)[0] in "LN" for character in word)
    return letters and not _SPACELESS.search(word)


_RESULT = f"""
    json_object('id', m.id, 'room', m.room_id, 'seq', m.seq, 'at', {iso("m.created_at")},
        'sender', json_object('id', s.id, 'name', s.name),
        'body', iif(length(m.body) <= {EXCERPT_CHARS}, m.body, {{excerpt}}))
"""


def _search(messages: str, id_: str, excerpt: str, condition: str) -> str:
    # The joins are in the order that is to be followed: newest first means that the first hits end the search. One
    # more than a page holds tells whether there is more.
    return f"""
    WITH mine AS MATERIALIZED (
        SELECT room_id FROM chat_membership WHERE user_id = %s AND room_id = coalesce(%s, room_id)
    ),
    found AS MATERIALIZED (
        SELECT m.id, {_RESULT.format(excerpt=excerpt)} AS result
        FROM {messages} CROSS JOIN chat_user s ON s.id = m.sender_id
        WHERE {id_} < %s AND +m.room_id IN (SELECT room_id FROM mine) AND m.deleted_at IS NULL
        {condition} {{conditions}}
        ORDER BY {id_} DESC LIMIT {PAGE + 1}
    )
    SELECT
        (SELECT count(*) FROM mine) AS rooms,
        (SELECT count(*) FROM found) > {PAGE} AS more,
        (SELECT {array("result")} FROM (SELECT result FROM found ORDER BY id DESC LIMIT {PAGE})) AS results
    """  # noqa: S608 - constants


_INDEXED = _search(
    "chat_message_fts CROSS JOIN chat_message m ON m.id = chat_message_fts.rowid",
    "chat_message_fts.rowid",
    f"substr(snippet(chat_message_fts, 0, '', '', '…', 48), 1, {EXCERPT_CHARS})",
    "AND chat_message_fts MATCH %s",
)
_SCANNED = _search("chat_message m", "m.id", f"substr(m.body, max(instr(m.body, %s) - 100, 1), {EXCERPT_CHARS})", "")


def statement(user: int, sought: Wanted, room: int | None, before: int) -> tuple[str, list[Any]]:
    """The SQL that finds it, with its parameters."""
    pieces = ["%" + _LIKE.sub(r"!\g<0>", piece) + "%" for piece in sought.pieces]
    conditions = "AND m.body LIKE %s ESCAPE '!' " * len(pieces)
    if sought.match is None:
        return _SCANNED.format(conditions=conditions), [user, room, sought.pieces[0], before, *pieces]
    return _INDEXED.format(conditions=conditions), [user, room, before, sought.match, *pieces]


async def search(user: int, text: str, room: int | None, before: int | None) -> str | None:
    """The answer to a search as JSON: a page of what is older than message `before`. None if the room is not theirs.

    Raises:
        QueryTimeout: it took too long.
    """
    sought = wanted(text)
    if sought == NOTHING:
        return '{"results":[],"more":false}'
    row = await store.fetch_one(*statement(user, sought, room, before or MAX_ID), timeout=SECONDS)
    if row is None or (room is not None and not row["rooms"]):
        return None
    return f'{{"results":{row["results"]},"more":{"true" if row["more"] else "false"}}}'
