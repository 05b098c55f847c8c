"""A file that somebody asks for, if they may have it."""

from __future__ import annotations

from dataclasses import dataclass

from storage.store import Fragment, sql, store


@dataclass(frozen=True, slots=True)
class Served:
    """Bytes that may be given out: where they lie, and what they are."""

    key: str
    sha256: str
    bytes: int
    type: str
    name: str


def _find(content: Fragment, kind: Fragment, name: Fragment) -> Fragment:
    # For who is in its room now. What is not sent yet is its owner's alone.
    return sql(
        """
        SELECT c.key, c.sha256, c.bytes, {kind} AS type, {name} AS name FROM chat_file f
        JOIN chat_membership mine ON mine.room_id = f.room_id AND mine.user_id = %s
        JOIN chat_content c ON c.id = {content}
        WHERE f.id = %s AND f.finished_at IS NOT NULL AND (f.message_id IS NOT NULL OR f.owner_id = mine.user_id)
        """,
        content=content,
        kind=kind,
        name=name,
    )


_FILE = _find(sql("f.content_id"), sql("f.type"), sql("f.name"))
_THUMB = _find(sql("f.thumb_id"), sql("'image/webp'"), sql("f.name || '.webp'"))


async def served_file(user: int, file: str) -> Served | None:
    """The file, for this person; None if there is none for them."""
    return await _look_up(_FILE, user, file)


async def served_thumb(user: int, file: str) -> Served | None:
    """Its thumbnail, likewise."""
    return await _look_up(_THUMB, user, file)


async def _look_up(statement: Fragment, user: int, file: str) -> Served | None:
    row = await store.fetch_one(statement, [user, file])
    return None if row is None else Served(**row)
