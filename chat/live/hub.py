"""The clients of this process: who listens to which rooms, who is there, and what changes about that.

No listener ever misses an event (`chat.live.feeds`). Hints from other processes ("room 7 is at 120"), and a look at the
heads every second, say when there is something to read; a lost hint costs a second, never an event.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable, Collection

from django.db import DatabaseError

from chat import protocol
from chat.live.batch import Committed
from chat.live.concerned import Concerned
from chat.live.feeds import Feeds
from chat.live.hints import Hints
from chat.live.listener import Listener
from chat.live.memberships import Memberships
from chat.live.neighbours import Neighbours
from chat.live.presence import Presence
from chat.live.read_positions import ReadPositions
from chat.protocol import Close
from chat.queries import credentials, events
from chat.queries.look import look
from storage.exceptions import FileLost, StorageError

logger = logging.getLogger("chat")

LOOK_SECONDS = 1.0
LOOK_WHATEVER_CHANGED = 60  # looks; sessions expire without anybody changing anything


class Hub:
    """The clients of one process, each a `Listener`, and what they are told.

    A process has one hub (`chat.live.process`), which lives on its event loop.
    """

    def __init__(self, hints: Hints, neighbours: Neighbours) -> None:
        self._listeners: set[Listener] = set()
        self._epoch: str | None = None
        self._credentials = Concerned("credentials")
        self._memberships = Memberships(self._listeners, self._leave, self._show_rooms)
        self._feeds = Feeds(self._memberships.follow, self._memberships.renamed)
        self._look: asyncio.Task[None] | None = None
        self._emptied: asyncio.Future[None] | None = None
        self._hints = hints
        hints.hear("heads", lambda hint: self._feeds.move(dict(hint["heads"])))
        hints.hear("typing", lambda hint: self._show_typing(hint["user"], hint["name"], hint["room"]))
        hints.hear("read", lambda hint: self.read_positions.heard(hint["user"], hint["room"]))
        self.presence = Presence(self._announce, neighbours)
        self.read_positions = ReadPositions(self._hints.send)

    # Listeners come and go.

    def add(self, listener: Listener) -> None:
        """Take in a listener. It hears nothing before it joins a room."""
        self._listeners.add(listener)
        self.read_positions.add(listener)
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
        self.read_positions.remove(listener)
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

    def heard_epoch(self, epoch: str) -> None:
        """The history has this name. If it had another one before, everybody comes back and starts over."""
        before, self._epoch = self._epoch, epoch
        if before in {None, epoch}:
            return
        for listener in self._listeners:
            for room in list(listener.rooms):
                self._feeds.leave(listener, room)
            listener.socket.close(Close.RESTARTING)
        self._feeds = Feeds(
            self._memberships.follow, self._memberships.renamed
        )  # the old ones' heads are of another history

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
                await self._memberships.look_at(people)
        except (StorageError, DatabaseError) as error:
            logger.warning("what changed in room %d is shown later: %s", room, error)

    @property
    def changes(self) -> int:
        """How often memberships have changed, as far as this process was told."""
        return self._memberships.asked

    async def look_at(self, user: int) -> None:
        """Look at the memberships of somebody whose rooms were read while something changed."""
        try:
            await self._memberships.look_at({user})
        except (StorageError, DatabaseError) as error:
            logger.warning("what changed for user %d is shown later: %s", user, error)

    # What is not kept.

    def typing(self, user: int, name: str, room: int) -> None:
        """Tell the others in the room that somebody is writing."""
        self._show_typing(user, name, room)
        self._hints.send({"kind": "typing", "user": user, "name": name, "room": room})

    def _show_typing(self, user: int, name: str, room: int) -> None:
        self._feeds.say({room}, lambda room: protocol.typing(room, user, name), besides=user)

    def _announce(self, user: int, name: str, where: set[int], online: bool) -> None:
        self._feeds.say(where, lambda room: protocol.presence(room, user, name, online=online), besides=user)

    # Once a second: what hints have missed, who belongs where, and who is still let in.

    async def _look_around(self) -> None:
        for times in itertools.count(1):
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self._look_at_all(whatever_changed=times % LOOK_WHATEVER_CHANGED == 0)
            except FileLost:
                pass  # storage has said so, once
            except (StorageError, DatabaseError) as error:
                logger.warning("the look at the rooms failed, trying again: %s", error)
            except Exception:
                logger.exception("the look at the rooms failed, trying again")  # it must not end: sessions hang on it

    async def _look_at_all(self, *, whatever_changed: bool) -> None:
        epoch, heads, changes = await look(self._feeds.heard())
        self.heard_epoch(epoch)
        self._feeds.forget_unheard()
        self._feeds.move(heads)
        if whatever_changed:
            await self._memberships.look_at(None)
        else:
            await self._memberships.follow(changes.memberships)
        concerned = self._credentials.of(self._listeners, changes.credentials)
        await self._look_at_credentials(self._listeners if whatever_changed else concerned)

    async def _look_at_credentials(self, concerned: Collection[Listener]) -> None:
        """Close the connections of those who may stay no longer."""
        asked = {listener.credential for listener in concerned}
        if not asked:
            return
        gone, seen = await credentials.look_at(asked)
        for listener in self._listeners:
            if listener.credential in gone:
                listener.socket.close(Close.LOG_IN)
            elif listener.credential in asked:
                listener.seen = listener.seen._replace(credentials=seen)

    def _leave(self, listener: Listener, room: int) -> None:
        self._feeds.leave(listener, room)

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
