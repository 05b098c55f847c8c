"""Who listens to which room, in this process. What a commit added is encoded once and pushed to every listener.

No listener ever misses an event: each room's feed has a head, up to which every listener has been served, and a
listener that is behind reads from storage until it is not. Hints from other processes ("room 7 is at 120"), and a look
at the heads every second, say when there is something to read; a lost hint costs a second, never an event.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine

from django.db import DatabaseError

from chat import protocol
from chat.commit_queue import Committed
from chat.hints import Hints
from chat.queries import events, rooms
from chat.socket import Socket
from storage.exceptions import StorageError

logger = logging.getLogger("chat")

LOOK_SECONDS = 1.0


class Listener:
    """One client of this process and the rooms it hears."""

    def __init__(self, user: int, socket: Socket) -> None:
        self.user = user
        self.socket = socket
        self.rooms: set[int] = set()


class Feed:
    """One room. `live` listeners have everything up to `head`; `wanted` is how far the room is known to be."""

    def __init__(self, room: int, head: int) -> None:
        self.room = room
        self.head = head
        self.wanted = head
        self.live: dict[Listener, None] = {}
        self.reading: asyncio.Task[None] | None = None

    def push(self, first: int, last: int, events_json: str) -> None:
        """Serve every live listener."""
        frame = protocol.events(self.room, first, last, events_json, more=False)
        self.head = last
        self.wanted = max(self.wanted, last)
        for listener in self.live:
            listener.socket.push(frame)


class Hub:
    """The one of this process."""

    def __init__(self) -> None:
        self._feeds: dict[int, Feed] = {}
        self._listeners: set[Listener] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._look: asyncio.Task[None] | None = None
        self._hints = Hints(self._heads_moved)

    # Listeners come and go.

    def add(self, listener: Listener) -> None:
        """Take in a listener. It hears nothing before it joins a room."""
        self._listeners.add(listener)
        self._hints.start()
        if self._look is None or self._look.done():
            self._look = asyncio.ensure_future(self._look_around())

    def remove(self, listener: Listener) -> None:
        """Forget a listener whose connection has ended."""
        for room in list(listener.rooms):
            self.leave(listener, room)
        self._listeners.discard(listener)
        if not self._listeners and self._look is not None:
            self._look.cancel()
            self._look = None  # whoever comes before it has ended needs another

    def join(self, listener: Listener, room: int, cursor: int, head: int) -> None:
        """Let the listener hear the room: everything after `cursor`, then live, without a hole or a repetition.

        `head` is how far the room is known to be; `cursor` is not beyond it.
        """
        listener.rooms.add(room)
        feed = self._feeds.setdefault(room, Feed(room, head))
        self._advance(feed, head)
        if cursor == feed.head:
            feed.live[listener] = None
        else:
            self._spawn(self._catch_up(listener, feed, cursor))

    def leave(self, listener: Listener, room: int) -> None:
        """The listener hears no more of the room."""
        listener.rooms.discard(room)
        self._feeds[room].live.pop(listener, None)

    # Rooms move on.

    def publish(self, committed: list[Committed]) -> None:
        """Hand on what this process has committed: to its own listeners now, to other processes as a hint."""
        for room, first, last, events_json in committed:
            feed = self._feeds.setdefault(room, Feed(room, first - 1))
            if first == feed.head + 1 and feed.reading is None:
                feed.push(first, last, events_json)
            else:
                self._advance(feed, last)  # another process wrote in between: in order, from storage
        if committed:
            self._hints.send({room: last for room, _, last, _ in committed})

    def _heads_moved(self, heads: dict[int, int]) -> None:
        for room, head in heads.items():
            if room in self._feeds:
                self._advance(self._feeds[room], head)

    def _advance(self, feed: Feed, head: int) -> None:
        feed.wanted = max(feed.wanted, head)
        if feed.wanted > feed.head and feed.reading is None:
            feed.reading = self._spawn(self._read(feed))

    async def _read(self, feed: Feed) -> None:
        try:
            while feed.head < feed.wanted:
                last = min(feed.wanted, feed.head + protocol.MAX_PAGE)
                feed.push(feed.head + 1, last, await events.read(feed.room, feed.head, last))
        except (StorageError, DatabaseError) as error:
            logger.warning("room %d could not be read, trying again: %s", feed.room, error)
            feed.wanted = feed.head  # the next look at the heads starts over
        finally:
            feed.reading = None

    async def _catch_up(self, listener: Listener, feed: Feed, cursor: int) -> None:
        try:
            if feed.reading is not None:
                await asyncio.wait([feed.reading])
            while cursor < feed.head and feed.room in listener.rooms:
                last = min(feed.head, cursor + protocol.MAX_PAGE)
                text = await events.read(feed.room, cursor, last)
                frame = protocol.events(feed.room, cursor + 1, last, text, more=last < feed.head)
                await listener.socket.drain()
                listener.socket.push(frame)
                cursor = last
        except (StorageError, DatabaseError) as error:
            logger.warning("room %d could not be caught up with: %s", feed.room, error)
            listener.socket.close(protocol.Close.RESTARTING)  # it comes back with its cursors
            return
        if feed.room in listener.rooms:
            feed.live[listener] = None

    # Once a second: what hints have missed, and who belongs where.

    async def _look_around(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self._look_at_heads()
                await self._look_at_memberships()
            except (StorageError, DatabaseError) as error:
                logger.warning("the look at the rooms failed, trying again: %s", error)

    async def _look_at_heads(self) -> None:
        heard = [room for room, feed in self._feeds.items() if feed.live]
        if heard:
            self._heads_moved(await events.heads(heard))

    async def _look_at_memberships(self) -> None:
        members = await rooms.memberships(list({listener.user for listener in self._listeners}))
        for listener in list(self._listeners):
            allowed = members.get(listener.user, listener.rooms)
            if allowed != listener.rooms:
                await self._rooms_changed(listener, allowed)

    async def _rooms_changed(self, listener: Listener, allowed: set[int]) -> None:
        for room in listener.rooms - allowed:
            self.leave(listener, room)
        text, heads = await rooms.rooms_of(listener.user)
        listener.socket.push(protocol.rooms(text))
        for room in heads.keys() - listener.rooms:
            self.join(listener, room, heads[room], heads[room])

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)  # the loop itself holds tasks weakly
        task.add_done_callback(self._tasks.discard)
        return task
