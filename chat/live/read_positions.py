"""How far a person has read reaches all their clients: those of this process at once, others by a hint.

A lost hint is made good by the next time they read there, or when the client comes back: `welcome` has all positions.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError

from chat import protocol
from chat.live.listener import Listener
from chat.queries import rooms
from storage.exceptions import StorageError

logger = logging.getLogger("chat")


class ReadPositions:
    """Tells the clients of this process. `hint` passes something on to other processes."""

    def __init__(self, hint: Callable[[dict[str, Any]], None]) -> None:
        self._hint = hint
        self._clients: dict[int, set[Listener]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, listener: Listener) -> None:
        """One more client that wants to know."""
        self._clients.setdefault(listener.user, set()).add(listener)

    def remove(self, listener: Listener) -> None:
        """The client is gone."""
        clients = self._clients.get(listener.user, set())
        clients.discard(listener)
        if not clients:
            self._clients.pop(listener.user, None)

    async def moved(self, reader: Listener, room: int) -> None:
        """On this client its person has read on in the room: tell their others."""
        self._hint({"kind": "read", "user": reader.user, "room": room})
        await self._tell(reader.user, room, besides=reader)

    def heard(self, user: int, room: int) -> None:
        """Another process says that this person has read on in the room."""
        if user in self._clients:
            task = asyncio.ensure_future(self._tell(user, room))
            self._tasks.add(task)  # the loop itself holds tasks weakly
            task.add_done_callback(self._tasks.discard)

    async def _tell(self, user: int, room: int, besides: Listener | None = None) -> None:
        if not self._clients.get(user, set()) - {besides}:
            return
        try:
            # Looked up here, not carried by the hint: so it goes with the events that this process has sent by now.
            position = await rooms.position(user, room)
        except (StorageError, DatabaseError) as error:
            logger.warning("somebody's other clients are not told what was read in room %d: %s", room, error)
            return
        if position is not None:
            frame = protocol.read_position(room, position.seq, position.unread, position.head)
            for listener in self._clients.get(user, set()) - {besides}:
                listener.socket.push(frame)
