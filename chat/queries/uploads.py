"""One's own uploads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.store import dialect, sql, store

KEEP_UNSENT_HOURS = 24
"""So long is kept what is not sent with a message."""

# Of whom may read the room still: to others there is no such upload.
_FIND = sql(
    """
    SELECT f.id, f.owner_id AS owner, f.room_id AS room, f.upload_id, f.name, f.declared, f.type, f.bytes,
        f.description, f.width, f.height, f.preview,
        {created} AS created_at, f.finished_at IS NOT NULL AS finished, f.message_id IS NOT NULL AS sent,
        f.content_id AS content, c.bytes AS kept, c.key, t.key AS thumb_key
    FROM chat_file f JOIN chat_membership mine ON mine.room_id = f.room_id AND mine.user_id = f.owner_id
    LEFT JOIN chat_content c ON c.id = f.content_id LEFT JOIN chat_content t ON t.id = f.thumb_id
    WHERE f.id = %s AND f.owner_id = %s
    """,
    created=dialect.iso("f.created_at"),
)


@dataclass(frozen=True, slots=True)
class Upload:
    """Something that a person uploads, of so many bytes.

    Once all came, `content` and the keys say where it is kept, and `kept` how many bytes that are, cleaned.
    """

    id: str
    owner: int
    room: int
    upload_id: str | None
    name: str
    declared: str
    description: str
    type: str
    bytes: int
    width: int | None
    height: int | None
    preview: str | None
    created_at: str
    finished: bool
    sent: bool
    content: int | None
    kept: int | None
    key: str | None
    thumb_key: str | None

    @property
    def expires(self) -> float | None:
        """When it is removed, as a Unix time; None if it was sent, and stays."""
        end = datetime.fromisoformat(self.created_at) + timedelta(hours=KEEP_UNSENT_HOURS)
        return None if self.sent else end.timestamp()

    @property
    def keys(self) -> list[str]:
        """What is kept of it in the store, or is on its way there."""
        return [key for key in (self.key, self.thumb_key) if key is not None]


async def find(user: int, upload: str) -> Upload | None:
    """The upload of this person that has this id; None if there is none."""
    row = await store.fetch_one(_FIND, [upload, user])
    return None if row is None else Upload(**{**row, "finished": bool(row["finished"]), "sent": bool(row["sent"])})
