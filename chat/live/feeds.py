"""The logs of rooms, as the listeners of this process hear them: every event once, in order, without a hole.

Each room's feed has a head, up to which every live listener has been served; a listener that is behind reads from
storage until it is not.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Set
from typing import Any, TypeVar

from django.db import DatabaseError

from chat import protocol
from chat.live.batch import Committed
from chat.live.listener import Feed, Listener
from chat.protocol import Close
from chat.queries import events
from storage.exceptions import StorageError

logger = logging.getLogger("chat")

T = TypeVar("T")


class Feeds:
    """The feeds of all rooms that somebody on this process hears. A room that only others hear is not read here.

    `somebody_left` is awaited before an event that says so is served; `renamed` is called with the listeners of a room
    that has a new name.
    """

    def __init__(
        self, somebody_left: Callable[[], Awaitable[None]], renamed: Callable[[Iterable[Listener]], None]
    ) -> None:
        self._somebody_left = somebody_left
        self._renamed = renamed
        self._feeds: dict[int, Feed] = {}
        self._unheard: dict[int, int] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._reads: dict[tuple[int, int, int], asyncio.Task[events.Stretch]] = {}

    def heard(self) -> list[int]:
        """The rooms that somebody hears."""
        return [room for room, feed in self._feeds.items() if feed.live]

    def join(self, listener: Listener, room: int, cursor: int, head: int) -> None:
        """Let the listener hear the room: everything after `cursor`, then live, without a hole or a repetition.

        `head` is how far the room is known to be; `cursor` is not beyond it.
        """
        listener.rooms.add(room)
        if room not in self._feeds:
            self._feeds[room] = Feed(room, head)
            head = max(head, self._unheard.pop(room, 0))
        feed = self._feeds[room]
        self._advance(feed, head)
        if cursor == feed.head:
            feed.live[listener] = None
        else:
            self._catch_up(listener, feed, cursor)

    def leave(self, listener: Listener, room: int) -> None:
        """The listener hears no more of the room."""
        listener.rooms.discard(room)
        feed = self._feeds.get(room)
        if feed is None:
            return
        feed.live.pop(listener, None)
        catching_up = feed.behind.pop(listener, None)
        if catching_up is not None:
            catching_up.cancel()
        if not feed.is_heard:
            del self._feeds[room]
            self._note(room, feed.wanted)

    def publish(self, committed: list[Committed]) -> None:
        """Serve what this process has committed, at once where the feed is at its head."""
        for room, first, last, events_json in committed:
            feed = self._feeds.get(room)
            if feed is None:
                self._note(room, last)
            elif first == feed.head + 1 and feed.reading is None:
                self._push(feed, first, last, events_json)
            else:
                self._advance(feed, last)  # another process wrote in between: in order, from storage

    def move(self, heads: dict[int, int]) -> None:
        """Serve what is missing, from storage, up to these heads: room ids and how far each room is known to be."""
        for room, head in heads.items():
            feed = self._feeds.get(room)
            if feed is None:
                self._note(room, head)
            elif head > feed.head:
                self._advance(feed, head)

    def forget_unheard(self) -> None:
        """Forget how far rooms are that nobody hears: whoever was on the way in while that was noted is in by now."""
        self._unheard.clear()

    def say(self, rooms: Set[int], frame: Callable[[int], str], *, besides: int) -> None:
        """Push something ephemeral, made for each room, to everybody's clients there but one person's."""
        for room in rooms & self._feeds.keys():
            self._feeds[room].say(frame(room), besides=besides)

    def _note(self, room: int, head: int) -> None:
        # For somebody who is just coming in: what they were told of the room may be older than this.
        self._unheard[room] = max(head, self._unheard.get(room, 0))

    def _push(self, feed: Feed, first: int, last: int, events_json: str) -> None:
        for listener in feed.push(first, last, events_json):
            self._catch_up(listener, feed, first - 1)

    def _advance(self, feed: Feed, head: int) -> None:
        feed.wanted = max(feed.wanted, head)
        if feed.wanted > feed.head and feed.reading is None:
            feed.reading = self._spawn(self._read_on(feed))

    async def _read_on(self, feed: Feed) -> None:
        try:
            while feed.head < feed.wanted and feed.is_heard:
                found = await self._read(feed.room, feed.head, feed.wanted)
                if found.last == feed.head:
                    feed.wanted = feed.head  # it was said to be further than it is
                    return
                if found.somebody_left:
                    await self._somebody_left()  # whoever left hears nothing from there on
                self._push(feed, feed.head + 1, found.last, found.events)
                if found.renamed:
                    self._renamed(feed.live)
        except (StorageError, DatabaseError) as error:
            logger.warning("room %d could not be read, trying again: %s", feed.room, error)
            feed.wanted = feed.head  # the next look at the heads starts over
        finally:
            feed.reading = None

    async def _read(self, room: int, after: int, last: int) -> events.Stretch:
        # Hundreds that come back together ask for the same: read it once.
        key = (room, after, last)
        reading = self._reads.get(key)
        if reading is None:
            reading = self._reads[key] = self._spawn(events.read(room, after, last))
            reading.add_done_callback(lambda _: self._reads.pop(key))
        return await asyncio.shield(reading)

    def _catch_up(self, listener: Listener, feed: Feed, cursor: int) -> None:
        feed.behind[listener] = self._spawn(self._read_up(listener, feed, cursor))

    async def _read_up(self, listener: Listener, feed: Feed, cursor: int) -> None:
        try:
            if feed.reading is not None:
                await asyncio.wait([feed.reading])
            while cursor < feed.head:
                found = await self._read(feed.room, cursor, feed.head)
                if found.last == cursor:
                    break  # what others have heard is there no more
                async with listener.turn:
                    await listener.socket.drain()
                    # Not `more`: the client would ask for what comes by itself.
                    listener.socket.push(protocol.events(feed.room, cursor + 1, found.last, found.events, more=False))
                cursor = found.last
        except (StorageError, DatabaseError) as error:
            logger.warning("room %d could not be caught up with: %s", feed.room, error)
            listener.socket.close(Close.RESTARTING)  # it comes back with its cursors
            return
        except Exception:
            logger.exception("room %d could not be caught up with", feed.room)
            listener.socket.close(Close.RESTARTING)  # it would hear nothing more, and not know
            return
        del feed.behind[listener]
        if cursor == feed.head:
            feed.live[listener] = None
        else:
            listener.socket.close(Close.RESTARTING)  # the feed could not be read as far as the listener is already

    def _spawn(self, work: Coroutine[None, None, T]) -> asyncio.Task[T]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)  # the loop itself holds tasks weakly
        task.add_done_callback(self._tasks.discard)
        return task
