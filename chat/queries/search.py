"""Finding messages by their words, or by those of their files' names, in one's own rooms, the newest first.

The full-text index knows words between spaces and signs, without case and accents. What it cannot know, emoji and
scripts that write without spaces, is looked for in the texts themselves.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any, NamedTuple

from chat.protocol.fields import MAX_ID
from chat.queries.json_sql import person
from storage.store import Fragment, dialect, sql, store, text_search

PAGE = 30
EXCERPT_CHARS = 500
SECONDS = 2.0
"""What is not found by then is not found: a search shall not keep others waiting."""

# Thai, Lao, Myanmar, Khmer; kana, bopomofo and Han with their extensions.
_SPACELESS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_NUL = {0: " "}
INDEX = text_search.Index("chat_message", "m")
NAMES = text_search.Index("chat_filenames", "n")


class Wanted(NamedTuple):
    """What a message must have: what the index is asked for, if anything, and pieces that stand in the text."""

    match: str | None
    pieces: list[str]

    def pieces_in(self, text: str) -> Fragment:
        """Conditions on a text, each begun by AND: all the pieces stand in it. Their parameters: `piece_params`."""
        return Fragment("".join(f" AND {text_search.contains(text)}" for _ in self.pieces))

    @property
    def piece_params(self) -> list[str]:
        """One for each of the pieces."""
        return [text_search.piece(piece) for piece in self.pieces]


NOTHING = Wanted(None, [])


def wanted(text: str) -> Wanted:
    """What somebody who typed this is looking for. Every word counts, the last one may be a beginning."""
    words = list(dict.fromkeys(text.translate(_NUL).split()))
    indexed = [word for word in words if _in_index(word)]
    match = text_search.query(indexed, last_begins=indexed[-1] == words[-1]) if indexed else None
    return Wanted(match, [word for word in words if not _in_index(word)])


def _in_index(word: str) -> bool:
    letters = any(unicodedata.category(character)[0] in "LN" for character in word)
    return letters and not _SPACELESS.search(word)


def _select(sought: Wanted, looked_in: str, then: Fragment, excerpt: Fragment) -> text_search.Select:
    """Messages of the rooms that are `mine`, one more than a page holds: that tells whether there is more.

    `looked_in` is where the pieces stand; `then` joins the message to what is looked through, if that is not it.
    """
    text = f"CASE WHEN length(m.body) <= {EXCERPT_CHARS} THEN m.body ELSE substr({excerpt}, {EXCERPT_CHARS}) END"
    result = dialect.json_object(
        id="m.id",
        room="m.room_id",
        seq="m.seq",
        at=dialect.iso("m.created_at"),
        sender=person("s"),
        body=text,
        files=dialect.json_text("coalesce(m.files, '[]')"),
    )

    def select(rows: Fragment, matches: Fragment, stretch: Fragment, order: Fragment) -> Fragment:
        # The joins are in the order that is to be followed: newest first means that the first hits end the search.
        return sql(
            """
        SELECT m.id, CAST({result} AS text) AS result
        FROM {rows} {message} {then} chat_user s ON s.id = m.sender_id
        WHERE {matches} AND {room} IN (SELECT room_id FROM mine) AND m.deleted_at IS NULL {pieces} AND {stretch}
        ORDER BY {order} DESC LIMIT {page} + 1
            """,
            result=result,
            rows=rows,
            message=then,
            then=dialect.THEN,
            matches=matches,
            room=dialect.unindexed("m.room_id"),
            pieces=sought.pieces_in(looked_in),
            stretch=stretch,
            order=order,
            page=PAGE,
        )

    return select


_PAGE_OF = """
    WITH mine AS MATERIALIZED (
        SELECT room_id FROM chat_membership WHERE user_id = %s AND room_id = coalesce(%s, room_id)
    ),
    by_words AS MATERIALIZED (
        {by_words}
    ),
    by_names AS MATERIALIZED (
        {by_names}
    ),
    found AS MATERIALIZED (
        SELECT id, min(result) AS result FROM (SELECT * FROM by_words UNION ALL SELECT * FROM by_names) hits
        GROUP BY id ORDER BY id DESC LIMIT {page} + 1
    )
    SELECT
        (SELECT count(*) FROM mine) AS rooms,
        (SELECT count(*) FROM found) > {page} AS more,
        (SELECT {results} FROM (SELECT result FROM found ORDER BY id DESC LIMIT {page}) page) AS results
"""


def statement(user: int, sought: Wanted, room: int | None, before: int) -> tuple[Fragment, list[Any]]:
    """The SQL that finds it in the rooms of a user, with its parameters."""
    by_words, of_words = _by_words(sought, before)
    by_names, of_names = _by_names(sought, before)
    page = sql(_PAGE_OF, by_words=by_words, by_names=by_names, page=PAGE, results=dialect.json_list("result"))
    return page, [user, room, *of_words, *of_names]


def _by_words(sought: Wanted, before: int) -> tuple[Fragment, list[Any]]:
    if sought.match is not None:
        excerpt = sql("{excerpt}, 1", excerpt=INDEX.excerpt("m.body", 48))
        return _in_index_of(INDEX, _select(sought, "m.body", sql(""), excerpt), sought, before)
    around = sql("m.body, {start}", start=dialect.greatest(f"{text_search.position('m.body')} - 100", "1"))
    select = _select(sought, "m.body", sql(""), around)
    found = select(sql("chat_message m"), sql("TRUE"), sql("m.id < %s"), sql("m.id"))
    return found, [sought.pieces[0], *sought.piece_params, before]


def _by_names(sought: Wanted, before: int) -> tuple[Fragment, list[Any]]:
    message = sql("{then} chat_message m ON m.id = n.id", then=dialect.THEN)
    select = _select(sought, "n.names", message, sql("m.body, 1"))
    if sought.match is not None:
        return _in_index_of(NAMES, select, sought, before)
    found = select(sql("chat_filenames n"), sql("TRUE"), sql("n.id < %s"), sql("n.id"))
    return found, [*sought.piece_params, before]


def _in_index_of(
    index: text_search.Index, select: text_search.Select, sought: Wanted, before: int
) -> tuple[Fragment, list[Any]]:
    params = [sought.match, *sought.piece_params]
    return index.newest(select, params, before, PAGE + 1, parts=sql("SELECT room_id FROM mine"))


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
