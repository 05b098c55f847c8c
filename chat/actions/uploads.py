"""Uploads begin, and come to their end."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from chat.actions.contents import Kept, keep, release
from chat.actions.refused import Refused
from chat.models import new_file_id
from chat.protocol import Code
from storage.store import Connection, Row, dialect, sql

GIGABYTE = 1024**3

_MAY_WRITE = "SELECT 1 FROM chat_membership WHERE room_id = %s AND user_id = %s"
_BEGUN = "SELECT id, room_id, name, declared, description, bytes FROM chat_file WHERE owner_id = %s AND upload_id = %s"
_BEGIN = sql(
    """
    INSERT INTO chat_file
        (id, owner_id, upload_id, room_id, name, declared, description, type, bytes, created_at, place)
    VALUES (%s, %s, %s, %s, %s, %s, %s, '', %s, {now}, 0)
    ON CONFLICT (owner_id, upload_id) WHERE upload_id IS NOT NULL DO NOTHING
    """,
    now=dialect.NOW,
)
_DESCRIBE = "UPDATE chat_file SET description = %s WHERE id = %s AND message_id IS NULL"
_ALL_OF_PERSON = "SELECT coalesce(sum(bytes), 0) FROM chat_file WHERE owner_id = %s"
_ALL = """
    SELECT (SELECT coalesce(sum(bytes), 0) FROM chat_content)
        + (SELECT coalesce(sum(bytes), 0) FROM chat_file WHERE content_id IS NULL)
"""
_HOLD = sql(
    "SELECT content_id, thumb_id FROM chat_file WHERE id = %s AND finished_at IS NULL {held}", held=dialect.FOR_UPDATE
)
_SETTLE = """
    UPDATE chat_file SET content_id = %s, thumb_id = %s, type = %s, width = %s, height = %s, preview = %s WHERE id = %s
"""
_FINISH = sql(
    "UPDATE chat_file SET finished_at = {now} WHERE id = %s AND content_id = %s AND finished_at IS NULL",
    now=dialect.NOW,
)


class Full(Refused):
    """There is no room for this, on the disk or in somebody's share of it."""

    def __init__(self, message: str) -> None:
        super().__init__(Code.STORAGE, message)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody is about to upload."""

    upload_id: str | None
    room: int
    name: str
    declared: str
    bytes: int
    description: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What came: its hash in hexadecimal, its length, and likewise of its thumbnail; what it looks like."""

    sha256: str
    bytes: int
    type: str
    width: int | None = None
    height: int | None = None
    preview: str | None = None
    thumb: tuple[str, int] | None = None


def begin(connection: Connection, user: int, wanted: Wanted) -> str:
    """Begin an upload, or find the one that has begun under this person's `upload_id`. Returns its id.

    What is found is described as it is now, until it is sent: people describe files while these are on their way.

    Raises:
        Refused: `not_found` for a room that this person is not in; `conflict` when the `upload_id` is another file's.
        Full: all that is kept, or all of this person's, would be more than it may be.
    """
    if connection.fetch_value(_MAY_WRITE, [wanted.room, user]) is None:
        raise Refused(Code.NOT_FOUND, "there is no such room")
    begun = _begun(connection, user, wanted)
    if begun is not None:
        return begun
    _check_room_left(connection, user, wanted.bytes)
    upload = new_file_id()
    said = [wanted.name, wanted.declared, wanted.description]
    facts = [upload, user, wanted.upload_id, wanted.room, *said, wanted.bytes]
    if not connection.execute(_BEGIN, facts).changes:
        upload = _begun(connection, user, wanted) or upload  # somebody else was faster
    return upload


def _begun(connection: Connection, user: int, wanted: Wanted) -> str | None:
    row = connection.fetch_one(_BEGUN, [user, wanted.upload_id])
    if row is None:
        return None
    upload, described = str(row.pop("id")), row.pop("description")
    if row != {
        "room_id": wanted.room,
        "name": wanted.name,
        "declared": wanted.declared,
        "bytes": wanted.bytes,
    }:
        raise Refused(Code.CONFLICT, "this upload_id was used for another file already")
    if described != wanted.description:
        connection.execute(_DESCRIBE, [wanted.description, upload])
    return upload


def _check_room_left(connection: Connection, user: int, size: int) -> None:
    """Those who begin at the same moment do not see one another: so much more may be let in."""
    share, most = settings.MAX_PERSON_GB * GIGABYTE, settings.MAX_STORAGE_GB * GIGABYTE
    if share and connection.fetch_value(_ALL_OF_PERSON, [user]) + size > share:
        raise Full(f"your files would be more than {settings.MAX_PERSON_GB} GB: delete some first")
    if most and connection.fetch_value(_ALL) + size > most:
        raise Full("there is no room left for files here: ask whoever runs this server")


def settle(connection: Connection, upload: str, found: Found) -> tuple[Kept, Kept | None] | None:
    """All has come: from now on the upload refers to its content, and to that of its thumbnail, whose bytes are to be
    put into the store next. None if there is nothing to do: it is finished already, or is no more."""
    row = connection.fetch_one(_HOLD, [upload])
    if row is None:
        return None
    content = keep(connection, found.sha256, found.bytes)
    thumb = keep(connection, *found.thumb) if found.thumb else None
    looks = [found.type, found.width, found.height, found.preview]
    connection.execute(_SETTLE, [content.id, thumb and thumb.id, *looks, upload])
    _let_go(connection, row)
    return content, thumb


def _let_go(connection: Connection, before: Row) -> None:
    """It came to something else the last time: with another version of ours, say."""
    old = [before[name] for name in ("content_id", "thumb_id") if before[name] is not None]
    if old:
        release(connection, old)


def finish(connection: Connection, upload: str, content: int) -> bool:
    """The bytes of its content are in the store: it can be sent. False if it was finished already, or is no more."""
    return bool(connection.execute(_FINISH, [upload, content]).changes)
