"""What let somebody in, and the one question about it: is it still valid?"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Self

from chat.queries.revisions import revisions
from storage.store import Connection, dialect, sql, store

_ENDED = sql(
    """
    SELECT {place} AS place FROM {asked} WHERE NOT EXISTS (
        SELECT 1 FROM django_session WHERE session_key = {session} AND expire_date > {now}
    ) OR NOT EXISTS (
        SELECT 1 FROM chat_user WHERE id = {user} AND password = {password} AND is_active
    )
    """,
    asked=dialect.items("asked"),
    place=dialect.place("asked"),
    session=dialect.part("asked", 0),
    user=dialect.number_part("asked", 1),
    password=dialect.part("asked", 2),
    now=dialect.NOW,
)


@dataclass(frozen=True, slots=True)
class Credential(ABC):
    """What somebody came in with; `user` is their id. Every kind can be asked about thousands of its own at once."""

    user: int

    @property
    def about(self) -> Collection[str]:
        """What changes that concern it are said to be about (`chat.queries.revisions`): its person's id, for one."""
        return (str(self.user),)

    @classmethod
    @abstractmethod
    def ended(cls, connection: Connection, those: Collection[Self]) -> set[Self]:
        """Those of this kind that let nobody in any more."""


@dataclass(frozen=True, slots=True)
class LogIn(Credential):
    """A browser's session.

    It ends with a logout or when it expires, when its person's password is no longer the one whose hash is `password`,
    and when the person is deactivated.
    """

    session: str = field(repr=False)
    password: str = field(repr=False)

    @property
    def about(self) -> Collection[str]:
        return str(self.user), self.session

    @classmethod
    def ended(cls, connection: Connection, those: Collection[Self]) -> set[Self]:
        asked = list(those)
        rows = connection.fetch_all(_ENDED, [json.dumps([[one.session, one.user, one.password] for one in asked])])
        return {asked[row["place"]] for row in rows}


def credential_of(user: Any, session: Any) -> Credential | None:
    """What this request or connection came in with: Django's user and session. None for a visitor."""
    return LogIn(user.pk, session.session_key, user.password) if user.is_authenticated else None


def ended(connection: Connection, credentials: Iterable[Credential]) -> set[Credential]:
    """Those that let nobody in any more. One query for each kind."""
    kinds: dict[type[Credential], set[Credential]] = {}
    for credential in credentials:
        kinds.setdefault(type(credential), set()).add(credential)
    return {gone for kind, those in kinds.items() for gone in kind.ended(connection, those)}


async def look_at(credentials: Iterable[Credential]) -> tuple[set[Credential], int]:
    """`ended` from the event loop, and the revision at which that is so."""
    return await store.read(lambda connection: (ended(connection, credentials), revisions(connection).credentials))
