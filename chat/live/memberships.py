"""Who hears which rooms follows who belongs where, whoever changed it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Set

from django.db import DatabaseError

from chat.live.concerned import Concerned
from chat.live.listener import Listener
from chat.queries import rooms
from chat.queries.revisions import Marks, present
from storage.exceptions import StorageError

logger = logging.getLogger("chat")


class Memberships:
    """The memberships of the people who are connected to this process, and their lists of rooms.

    `listeners` is the hub's own set. `leave(listener, room)` is called for a room that somebody no longer belongs to,
    `show(listener, rooms_json, heads)` with a list of rooms that has changed.
    """

    def __init__(
        self,
        listeners: Set[Listener],
        leave: Callable[[Listener, int], None],
        show: Callable[[Listener, str, dict[int, int]], None],
    ) -> None:
        self._listeners = listeners
        self._leave = leave
        self._show = show
        self.asked = 0
        """How often it was told of people whose memberships have changed."""
        self._looking = asyncio.Lock()
        self._concerned = Concerned("memberships")
        self._outdated: dict[Listener, None] = {}
        self._renewal: asyncio.Task[None] | None = None

    async def follow(self, marks: Marks | None = None) -> None:
        """Look at those whom a change concerns that these marks, or the present ones, tell of."""
        now = (await present()).memberships if marks is None else marks
        await self._look(self._concerned.of(self._listeners, now))

    async def look_at(self, people: Collection[int] | None) -> None:
        """Look at these people, or at everybody."""
        self.asked += 1
        await self._look([each for each in self._listeners if people is None or each.user in people])

    def renamed(self, listeners: Iterable[Listener]) -> None:
        """A room of theirs has a new name: their lists are sent anew, soon."""
        self._outdated.update(dict.fromkeys(listeners))
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.ensure_future(self._renew_soon())

    async def _look(self, concerned: Collection[Listener]) -> None:
        async with self._looking:  # the answer to an earlier question must not undo that to a later one
            before = {listener: set(listener.rooms) for listener in concerned}
            if before:
                members = await rooms.memberships(list({listener.user for listener in before}))
                for listener, had in before.items():
                    # Not those who came, went or moved while the answer was on its way: the next look sees to them.
                    if listener in self._listeners and had == listener.rooms:
                        listener.seen = listener.seen._replace(memberships=members.revision)
                        self._compare(listener, members.of[listener.user])
            await self._renew()

    def _compare(self, listener: Listener, belongs_to: set[int]) -> None:
        if listener.rooms != belongs_to:
            for room in listener.rooms - belongs_to:
                self._leave(listener, room)
            self._outdated[listener] = None

    async def _renew_soon(self) -> None:
        try:
            async with self._looking:  # an older list must not bring back a room that was left meanwhile
                await self._renew()
        except (StorageError, DatabaseError) as error:
            logger.warning("lists of rooms could not be renewed, trying again: %s", error)

    async def _renew(self) -> None:
        """Send everybody whose list of rooms is outdated a new one. On failure they stay outdated, to the next look."""
        while self._outdated:
            listener, _ = self._outdated.popitem()
            try:
                text, heads = await rooms.rooms_of(listener.user)
            except BaseException:
                self._outdated[listener] = None
                raise
            if listener in self._listeners:
                self._show(listener, text, heads)
