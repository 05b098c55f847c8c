"""What has changed since one looked, and whose it is: marks that triggers add (`chat.models.Revision`)."""

from __future__ import annotations

from typing import NamedTuple

from storage.store import Connection, store

MODULUS = 2**52
"""What sums of marks are taken by (`chat/migrations`)."""


class Revisions(NamedTuple):
    """The sums of all marks. One that is the same as before says that nothing of its kind has changed."""

    memberships: int = 0
    credentials: int = 0


class Marks(NamedTuple):
    """The marks of one kind that are there, each with whose change it was: None for anybody's."""

    about: dict[int, str | None]

    @property
    def revision(self) -> int:
        """Their sum."""
        return sum(self.about) % MODULUS

    def since(self, before: Marks) -> set[str] | None:
        """Whose changes there were after `before`, or None: anybody's.

        What was folded meanwhile counts only if it was not known: folding leaves the sum as it is.
        """
        new = self.about.keys() - before.about.keys()
        named = {mark: about for mark in new if (about := self.about[mark]) is not None}
        return set(named.values()) if (before.revision + sum(named)) % MODULUS == self.revision else None


class Changes(NamedTuple):
    """The marks of both kinds, as one snapshot has them."""

    memberships: Marks = Marks({})
    credentials: Marks = Marks({})

    @property
    def revisions(self) -> Revisions:
        """Their sums."""
        return Revisions(self.memberships.revision, self.credentials.revision)


def changes(connection: Connection) -> Changes:
    """The marks as this snapshot has them."""
    found = Changes(Marks({}), Marks({}))
    for row in connection.fetch_all("SELECT name, about, mark FROM chat_revision"):
        getattr(found, row["name"]).about[row["mark"]] = row["about"]
    return found


def revisions(connection: Connection) -> Revisions:
    """The sums as this snapshot has them."""
    return changes(connection).revisions


async def present() -> Changes:
    """The marks, from the event loop."""
    return await store.read(changes)
