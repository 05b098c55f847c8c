"""A request's body on its way from the network to an application that takes it as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

MOST_WAITING = 256 * 1024
"""So many bytes may wait for the application; then the client is held back."""


class StreamedBody:
    """`hold` and `let_go` are to stop reading from the client, and to go on.

    `receive` is the application's; in Daphne's hands this is the queue that its application reads from.
    """

    def __init__(self, hold: Callable[[], None], let_go: Callable[[], None]) -> None:
        self._hold = hold
        self._let_go = let_go
        self._waiting = bytearray()
        self._news = asyncio.Event()
        self._held = False
        self._handed_over = False
        self._lost = False
        self.ended = False
        """Whether all of it has come."""

    def feed(self, data: bytes) -> None:
        """Some more has come."""
        self._waiting += data
        if len(self._waiting) > MOST_WAITING:
            self._held = True
            self._hold()
        self._news.set()

    def end(self) -> None:
        """All has come."""
        self.ended = True
        self._news.set()

    def put_nowait(self, message: dict[str, Any]) -> None:
        """What Daphne says: that the client has left. What it says of the body, as far as it knows, is not so."""
        if message["type"] == "http.disconnect":
            self._lost = True
            self._news.set()

    async def receive(self) -> dict[str, Any]:
        """What has come since the last time; waits until something has."""
        while not (self._waiting or self._lost or (self.ended and not self._handed_over)):
            self._news.clear()
            await self._news.wait()
        if not self._waiting and (self._handed_over or not self.ended):
            return {"type": "http.disconnect"}
        body, self._waiting = bytes(self._waiting), bytearray()
        self._handed_over = self.ended
        if self._held and not self.ended:
            self._held = False
            self._let_go()
        return {"type": "http.request", "body": body, "more_body": not self.ended}
