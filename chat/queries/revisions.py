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
    rows = connection.fetch_all("SELECT name, mark FROM chat_revision")
    return Revisions(**{row["name"]: row["mark"] for row in rows})


async def present() -> Revisions:
    """The marks, from the event loop."""
    return await store.read(revisions)
