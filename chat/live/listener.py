"""Clients and rooms, as the hub holds them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from chat import protocol
from chat.live.socket import Socket
from chat.queries.credentials import Credential
from chat.queries.revisions import Revisions


@dataclass(slots=True, eq=False)
class Listener:
    """One client of this process, what let it in, and the rooms it hears. `name` is its person's."""

    credential: Credential
    name: str
    socket: Socket
    seen: Revisions = field(default_factory=Revisions)
    """The marks of what had changed by the time its rooms and its credential were last looked at."""
    rooms: set[int] = field(default_factory=set)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held to push what was read for this listener alone: one frame at a time, over all its rooms."""

    @property
    def user(self) -> int:
        """The id of its person."""
        return self.credential.user


class Feed:
    """What is heard of one room.

    `live` listeners have everything up to `head`; `wanted` is how far the room is known to be.
    `behind` are those who are catching up, each with the task that does it.
    """

    __slots__ = ("behind", "head", "live", "reading", "room", "wanted")

    def __init__(self, room: int, head: int) -> None:
        self.room = room
        self.head = head
        self.wanted = head
        self.live: dict[Listener, None] = {}
        self.behind: dict[Listener, asyncio.Task[None]] = {}
        self.reading: asyncio.Task[None] | None = None

    @property
    def is_heard(self) -> bool:
        """Whether anybody listens, or will when they have caught up."""
        return bool(self.live or self.behind)

    def push(self, first: int, last: int, events_json: str) -> list[Listener]:
        """Serve every live listener. Returns those who have enough to read already: they are no longer live."""
        frame = protocol.events(self.room, first, last, events_json, more=False)
        self.head = last
        self.wanted = max(self.wanted, last)
        behind = []
        for listener in self.live:
            if listener.socket.is_full:
                behind.append(listener)
            else:
                listener.socket.push(frame)
        for listener in behind:
            del self.live[listener]
        return behind

    def say(self, frame: str, *, besides: int) -> None:
        """Push something ephemeral to everybody's clients but one person's."""
        for listener in self.live:
            if listener.user != besides and not listener.socket.is_full:
                listener.socket.push(frame)
