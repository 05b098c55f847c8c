"""The way out to one client: frames are queued without waiting and written in order by one task."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from chat.protocol import Close

logger = logging.getLogger("chat")

MAX_UNSENT_CHARS = 256 * 1024


class Socket:
    """What anybody in this process may do with a client's connection: queue a frame, or close it.

    A client that does not read is closed (`Close.TOO_SLOW`) once more than `MAX_UNSENT_CHARS` wait for it: it catches
    up by its cursors when it comes back.
    """

    def __init__(self, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        self._send = send
        self._frames: deque[str] = deque()
        self._unsent = 0
        self._closing: Close | None = None
        self._wake = asyncio.Event()
        self._written = asyncio.Event()
        self._written.set()
        self._writer = asyncio.ensure_future(self._write())

    def push(self, frame: str) -> None:
        """Queue a frame. Never waits, never raises; after `close` it does nothing."""
        if self._closing is not None:
            return
        self._unsent += len(frame)
        if self._unsent > MAX_UNSENT_CHARS and self._frames:
            self._frames.clear()
            self.close(Close.TOO_SLOW)
            return
        self._frames.append(frame)
        self._written.clear()
        self._wake.set()

    @property
    def is_closing(self) -> bool:
        """Whether nothing is pushed any more."""
        return self._closing is not None

    async def drain(self) -> None:
        """Wait until everything queued has been written, for a producer that can wait."""
        await self._written.wait()

    def close(self, code: Close) -> None:
        """Close the connection once what is queued has been written."""
        if self._closing is None:
            self._closing = code
            self._wake.set()

    async def end(self) -> None:
        """The client is gone: stop writing, and let nobody wait for it."""
        self._stop()
        self._writer.cancel()
        await asyncio.gather(self._writer, return_exceptions=True)

    async def _write(self) -> None:
        try:
            while self._closing is None or self._frames:
                while self._frames:
                    frame = self._frames.popleft()
                    await self._send({"type": "websocket.send", "text": frame})
                    self._unsent -= len(frame)
                self._written.set()
                self._wake.clear()
                if self._closing is None:
                    await self._wake.wait()
            await self._send({"type": "websocket.close", "code": int(self._closing)})
        except Exception:
            # The server says in its own way that the client is gone; its disconnect follows.
            logger.debug("a client went away while it was written to", exc_info=True)
            self._stop()

    def _stop(self) -> None:
        self._closing = self._closing or Close.RESTARTING
        self._frames.clear()
        self._written.set()
