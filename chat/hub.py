"""Who listens to which room, in this process. What a commit added is encoded once and pushed to every listener.

No listener ever misses an event: each room's feed has a head, up to which every listener has been served, and a
listener that is behind reads from storage until it is not. Hints from other processes ("room 7 is at 120"), and a look
at the heads every second, say when there is something to read; a lost hint costs a second, never an event.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from django.db import DatabaseError

from chat import protocol
from chat.commit_queue import Committed
from chat.hints import Hint, Hints
from chat.listener import Feed, Listener
from chat.presence import Presence
from chat.protocol import Close
from chat.queries import events, rooms, sessions
from storage.exceptions import StorageError

logger = logging.getLogger("chat")

LOOK_SECONDS = 1.0

T = TypeVar("T")


class Hub:
    """The one of this process."""

    def __init__(self) -> None:
        self._feeds: dict[int, Feed] = {}
        self._listeners: set[Listener] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._reads: dict[tuple[int, int, int], asyncio.Task[tuple[str, int]]] = {}
        self._look: asyncio.Task[None] | None = None
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
            self.leave(listener, room)
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
        for room, first, last, events_json in committed:
            feed = self._feeds.setdefault(room, Feed(room, first - 1))
            if first == feed.head + 1 and feed.reading is None:
                self._push(feed, first, last, events_json)
            else:
                self._advance(feed, last)  # another process wrote in between: in order, from storage
        if committed:
            self._hints.send_heads({room: last for room, _, last, _ in committed})

    def _push(self, feed: Feed, first: int, last: int, events_json: str) -> None:
        for listener in feed.push(first, last, events_json):
            self._spawn(self._catch_up(listener, feed, first - 1))

    def _heads_moved(self, heads: dict[int, int]) -> None:
        for room, head in heads.items():
            if room in self._feeds:
                self._advance(self._feeds[room], head)

    def _advance(self, feed: Feed, head: int) -> None:
        feed.wanted = max(feed.wanted, head)
        if feed.wanted > feed.head and feed.reading is None:
            feed.reading = self._spawn(self._read_on(feed))

    async def _read_on(self, feed: Feed) -> None:
        try:
            while feed.head < feed.wanted:
                text, last = await self._read(feed.room, feed.head, feed.wanted)
                if events.SOMEBODY_LEFT in text:
                    await self._look_at_memberships()  # whoever left hears nothing from there on
                self._push(feed, feed.head + 1, last, text)
        except (StorageError, DatabaseError) as error:
            logger.warning("room %d could not be read, trying again: %s", feed.room, error)
            feed.wanted = feed.head  # the next look at the heads starts over
        finally:
            feed.reading = None

    async def _read(self, room: int, after: int, last: int) -> tuple[str, int]:
        # Hundreds that come back together ask for the same: read it once.
        key = (room, after, last)
        reading = self._reads.get(key)
        if reading is None:
            reading = self._reads[key] = self._spawn(events.read(room, after, last))
            reading.add_done_callback(lambda _: self._reads.pop(key))
        return await asyncio.shield(reading)

    async def _catch_up(self, listener: Listener, feed: Feed, cursor: int) -> None:
        try:
            if feed.reading is not None:
                await asyncio.wait([feed.reading])
            while cursor < feed.head and feed.room in listener.rooms:
                text, last = await self._read(feed.room, cursor, feed.head)
                async with listener.turn:
                    await listener.socket.drain()
                    listener.socket.push(protocol.events(feed.room, cursor + 1, last, text, more=last < feed.head))
                cursor = last
        except (StorageError, DatabaseError) as error:
            logger.warning("room %d could not be caught up with: %s", feed.room, error)
            listener.socket.close(Close.RESTARTING)  # it comes back with its cursors
            return
        if feed.room in listener.rooms:
            feed.live[listener] = None

    # What is not kept.

    def typing(self, user: int, name: str, room: int) -> None:
        """Tell the others in the room that somebody is writing."""
        self._show_typing(user, name, room)
        self._hints.send({"kind": "typing", "user": user, "name": name, "room": room})

    def _show_typing(self, user: int, name: str, room: int) -> None:
        if room in self._feeds:
            self._feeds[room].say(protocol.typing(room, user, name), besides=user)

    def _announce(self, user: int, name: str, where: set[int], online: bool) -> None:
        for room in where & self._feeds.keys():
            self._feeds[room].say(protocol.presence(room, user, name, online=online), besides=user)

    def _heard(self, hint: Hint) -> None:
        match hint["kind"]:
            case "heads":
                self._heads_moved(dict(hint["heads"]))
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
                await self._look_at_sessions()
            except (StorageError, DatabaseError) as error:
                logger.warning("the look at the rooms failed, trying again: %s", error)
            except Exception:
                logger.exception("the look at the rooms failed, trying again")  # it must not end: sessions hang on it

    async def _look_at_heads(self) -> None:
        heard = [room for room, feed in self._feeds.items() if feed.live]
        if heard:
            self._heads_moved(await events.heads(heard))

    async def _look_at_memberships(self) -> None:
        members = await rooms.memberships(list({listener.user for listener in self._listeners}))
        changed = []
        for listener in self._listeners:
            allowed = members.get(listener.user, listener.rooms)
            if allowed != listener.rooms:
                for room in listener.rooms - allowed:
                    self.leave(listener, room)
                changed.append(listener)
        for listener in changed:
            await self._rooms_changed(listener)

    async def _rooms_changed(self, listener: Listener) -> None:
        text, heads = await rooms.rooms_of(listener.user)
        if listener not in self._listeners:
            return  # it went away meanwhile
        listener.socket.push(protocol.rooms(text))
        for room in heads.keys() - listener.rooms:
            self.join(listener, room, heads[room], heads[room])
        self.presence.moved(listener.user, listener.rooms)

    async def _look_at_sessions(self) -> None:
        for listener in await sessions.ended(list(self._listeners)):
            listener.socket.close(Close.LOG_IN)

    def _spawn(self, work: Coroutine[None, None, T]) -> asyncio.Task[T]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)  # the loop itself holds tasks weakly
        task.add_done_callback(self._tasks.discard)
        return task
