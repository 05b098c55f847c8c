"""What has changed since one looked: marks that triggers renew, whoever writes (`chat.models.Revision`)."""

from __future__ import annotations

from typing import NamedTuple

from storage.store import Connection, store


class Revisions(NamedTuple):
    """The present marks. One that is the same as before says that nothing of its kind has changed."""

    memberships: int = 0
    credentials: int = 0


def revisions(connection: Connection) -> Revisions:
    """The marks as this snapshot has them."""
    marks: dict[str, int] = {}
    for row in connection.fetch_all("SELECT name, mark FROM chat_revision"):
        marks[row["name"]] = marks.get(row["name"], 0) ^ row["mark"]
    return Revisions(**marks)


async def present() -> Revisions:
    """The marks, from the event loop."""
    return await store.read(revisions)
