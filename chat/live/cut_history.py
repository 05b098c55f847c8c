"""What clients report: a cursor of the present epoch from beyond a room's head, that is, events that are not there.

It means that the history was cut and nobody noticed (the whole folder was restored, with its high-water mark). Or that
the client lies: so one person's word is not enough, unless they moderate, and it is heeded once an hour at most. Until
then only the client that reports starts over.
"""

from __future__ import annotations

import asyncio
import logging
import time

from django.db import DatabaseError

from chat.actions.history import begin_anew_on_reports
from storage.exceptions import StorageError
from storage.store import store

logger = logging.getLogger("chat")

AGAIN_SECONDS = 3600.0


class CutHistory:
    """Who reported that it was cut, and when that was last believed."""

    def __init__(self) -> None:
        self._people: dict[int, None] = {}
        self._epoch = ""
        self._believed_at = float("-inf")
        self._task: asyncio.Task[None] | None = None

    def reported(self, user: int, epoch: str) -> None:
        """This person's client knows of events of this epoch that are not there."""
        if epoch != self._epoch:
            self._epoch, self._people = epoch, {}
        if user in self._people or time.monotonic() - self._believed_at < AGAIN_SECONDS:
            return
        self._people[user] = None
        logger.warning("user %d knows of events that are not there: was a backup restored?", user)
        self._task = asyncio.ensure_future(self._begin_anew(epoch, list(self._people)))

    async def _begin_anew(self, epoch: str, people: list[int]) -> None:
        try:
            begun = await store.transaction(begin_anew_on_reports, epoch, people)
        except (StorageError, DatabaseError) as error:
            logger.warning("a new history could not begin: %s", error)
            self._people.clear()
            return
        if begun:
            self._believed_at = time.monotonic()
            logger.error("a new history begins, by the word of users %s: events they know of are not there", people)
