"""What somebody who comes in is told first, all of it of one moment."""

from __future__ import annotations

from typing import NamedTuple

from chat.queries.credentials import Credential, ended
from chat.queries.installation import epoch
from chat.queries.revisions import Revisions, revisions
from chat.queries.rooms import list_of
from storage.store import Connection, store


class Welcome(NamedTuple):
    """The installation's `epoch`, the user's `rooms` as JSON, the head of each, and what this is the state of."""

    epoch: str
    rooms: str
    heads: dict[int, int]
    revisions: Revisions


async def welcome(credential: Credential) -> Welcome | None:
    """What the holder of this credential finds; None if it lets nobody in any more."""
    return await store.read(_welcome, credential)


def _welcome(connection: Connection, credential: Credential) -> Welcome | None:
    if ended(connection, [credential]):
        return None
    return Welcome(epoch(connection), *list_of(connection, credential.user), revisions(connection))
