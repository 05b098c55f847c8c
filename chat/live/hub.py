"""The clients of this process: who listens to which rooms, who is there, and what changes about that.

No listener ever misses an event (`chat.live.feeds`). Hints from other processes ("room 7 is at 120"), and a look at the
heads every second, say when there is something to read; a lost hint costs a second, never an event.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable

from django.db import DatabaseError

from chat import protocol
from chat.live.commit_queue import Committed
from chat.live.feeds import Feeds
from chat.live.hints import Hint, Hints
from chat.live.listener import Listener
from chat.live.presence import Presence
from chat.protocol import Close
from chat.queries import events, rooms
from chat.queries.credentials import ended
from storage.exceptions import StorageError
from storage.store import store

logger = logging.getLogger("chat")

LOOK_SECONDS = 1.0


class Hub:
    """The one of this process."""

    def __init__(self) -> None:
        self._feeds = Feeds(self._look_at_memberships, self._renamed)
        self._listeners: set[Listener] = set()
        self._look: asyncio.Task[None] | None = None
        self._looking = asyncio.Lock()
        self._outdated: dict[Listener, None] = {}
        self._renewal: asyncio.Task[None] | None = None
        self._emptied: asyncio.Future[None] | None = None
        self._hints = Hints(self._heard)
        self.presence = Presence(self._announce, self._hints.send)

    # Listeners come and go.

    def add(self, listener: Listener) -> None:
        """Take in a listener. It hears nothing before it joins a room."""
        self._listeners.add(listener)
        self._hints.start()
        if self._look is None or self._look.done():
            self._look = asyncio.ensure_future(self._look_around())

    def remove(self, listener: Listener) -> None:
        """Forget a listener whose connection has ended."""
        if listener not in self._listeners:
            return
        for room in list(listener.rooms):
            self._feeds.leave(listener, room)
        self._listeners.discard(listener)
        self.presence.leave(listener.user)
        if not self._listeners and self._look is not None:
            self._look.cancel()
            self._look = None  # whoever comes before it has ended needs another
        if not self._listeners and self._emptied is not None and not self._emptied.done():
            self._emptied.set_result(None)

    def join(self, listener: Listener, room: int, cursor: int, head: int) -> None:
        """Let the listener hear the room: everything after `cursor`, then live, without a hole or a repetition.

        `head` is how far the room is known to be; `cursor` is not beyond it.
        """
        self._feeds.join(listener, room, cursor, head)

    def say_goodbye(self, after_ms: Callable[[], int]) -> None:
        """Tell every client to come back after so many milliseconds, and close once that is written."""
        for listener in self._listeners:
            listener.socket.push(protocol.bye(after_ms()))
            listener.socket.close(Close.RESTARTING)

    async def until_empty(self) -> None:
        """Wait until every client is gone."""
        while self._listeners:
            self._emptied = asyncio.get_running_loop().create_future()
            await self._emptied

    # Rooms move on.

    def publish(self, committed: list[Committed]) -> None:
        """Hand on what this process has committed: to its own listeners now, to other processes as a hint."""
        self._feeds.publish(committed)
        if committed:
            self._hints.send_heads({room: last for room, _, last, _ in committed})

    async def changed(self, room: int, people: Collection[int] | None = ()) -> None:
        """A room was changed by another way than the commit queue, and these people's memberships (None: anybody's).

        What was logged and the lists of rooms follow at once here, and within a second in other processes; if they
        cannot be read just now, within a second here as well.
        """
        try:
            heads = await events.heads([room])
            self._feeds.move(heads)
            self._hints.send_heads(heads)
            if people is None or people:
                await self._look_at_memberships(people)
        except (StorageError, DatabaseError) as error:
            logger.warning("what changed in room %d is shown later: %s", room, error)

    # What is not kept.

    def typing(self, user: int, name: str, room: int) -> None:
        """Tell the others in the room that somebody is writing."""
        self._show_typing(user, name, room)
        self._hints.send({"kind": "typing", "user": user, "name": name, "room": room})

    def _show_typing(self, user: int, name: str, room: int) -> None:
        self._feeds.say({room}, lambda room: protocol.typing(room, user, name), besides=user)

    def _announce(self, user: int, name: str, where: set[int], online: bool) -> None:
        self._feeds.say(where, lambda room: protocol.presence(room, user, name, online=online), besides=user)

    def _heard(self, hint: Hint) -> None:
        match hint["kind"]:
            case "heads":
                self._feeds.move(dict(hint["heads"]))
            case "typing":
                self._show_typing(hint["user"], hint["name"], hint["room"])
            case "presence":
                self.presence.heard(hint["process"], hint["people"])

    # Once a second: what hints have missed, who belongs where, and who is still let in.

    async def _look_around(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.presence.tick()
            try:
                await self._look_at_heads()
                await self._look_at_memberships()
                await self._look_at_credentials()
            except (StorageError, DatabaseError) as error:
                logger.warning("the look at the rooms failed, trying again: %s", error)
            except Exception:
                logger.exception("the look at the rooms failed, trying again")  # it must not end: sessions hang on it

    async def _look_at_heads(self) -> None:
        heard = self._feeds.heard()
        if heard:
            self._feeds.move(await events.heads(heard))

    async def _look_at_memberships(self, people: Collection[int] | None = None) -> None:
        """Follow what has changed about these people's memberships, or anybody's."""
        async with self._looking:  # the answer to an earlier question must not undo that to a later one
            before = {
                listener: set(listener.rooms)
                for listener in self._listeners
                if people is None or listener.user in people
            }
            members = await rooms.memberships(list({listener.user for listener in before}))
            for listener, had in before.items():
                # Not those who came, went or moved while the answer was on its way.
                if listener in self._listeners and members[listener.user] != had == listener.rooms:
                    for room in had - members[listener.user]:
                        self._feeds.leave(listener, room)
                    self._outdated[listener] = None
            await self._renew_lists()

    def _renamed(self, listeners: Iterable[Listener]) -> None:
        self._outdated.update(dict.fromkeys(listeners))
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.ensure_future(self._renew_soon())

    async def _renew_soon(self) -> None:
        try:
            await self._renew_lists()
        except (StorageError, DatabaseError) as error:
            logger.warning("lists of rooms could not be renewed, trying again: %s", error)

    async def _renew_lists(self) -> None:
        """Send everybody whose list of rooms is outdated a new one. On failure they stay outdated, to the next look."""
        while self._outdated:
            listener, _ = self._outdated.popitem()
            try:
                text, heads = await rooms.rooms_of(listener.user)
            except BaseException:
                self._outdated[listener] = None
                raise
            if listener in self._listeners:
                self._show_rooms(listener, text, heads)

    def _show_rooms(self, listener: Listener, text: str, heads: dict[int, int]) -> None:
        listener.socket.push(protocol.rooms(text))
        new = heads.keys() - listener.rooms
        for room in new:
            self._feeds.join(listener, room, heads[room], heads[room])
            for user, name in self.presence.people({room}).items():
                if user != listener.user:
                    listener.socket.push(protocol.presence(room, user, name, online=True))
        self.presence.moved(listener.user, listener.rooms)
        self._announce(listener.user, listener.name, new, True)

    async def _look_at_credentials(self) -> None:
        gone = await store.read(ended, {listener.credential for listener in self._listeners})
        for listener in self._listeners:
            if listener.credential in gone:
                listener.socket.close(Close.LOG_IN)
