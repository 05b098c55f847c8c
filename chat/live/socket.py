"""The way out to one client: frames are queued without waiting and written in order by a task that lives as long as
there is something to write: most connections are idle most of the time, and cost memory all the time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from chat.protocol import Close

logger = logging.getLogger("chat")

FULL_CHARS = 128 * 1024
MAX_CHARS = 512 * 1024
SLOW_SECONDS = 20.0


class Socket:
    """What anybody in this process may do with a client's connection: queue a frame, or close it.

    When `is_full`, whoever can wait (`drain`) or leave it out should: the hub then lets the client catch up from
    storage. A client that takes nothing for `SLOW_SECONDS`, or for whom more than `MAX_CHARS` wait all the same, is
    closed (`Close.TOO_SLOW`); it comes back with its cursors.
    """

    def __init__(self, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        self._send = send
        self._frames: list[str] = []  # mostly empty and then, unlike a deque, next to nothing
        self._unsent = 0
        self._closing: Close | None = None
        self._writer: asyncio.Task[None] | None = None

    @property
    def is_full(self) -> bool:
        """Whether enough waits for this client, besides the frame that is being written."""
        return self._unsent > FULL_CHARS

    @property
    def is_closing(self) -> bool:
        """Whether nothing is pushed any more."""
        return self._closing is not None

    def push(self, frame: str) -> None:
        """Queue a frame. Never waits, never raises; after `close` it does nothing."""
        if self._closing is not None:
            return
        if self._unsent > MAX_CHARS:
            self._give_up()
            return
        self._unsent += len(frame)
        self._frames.append(frame)
        self._start()

    async def drain(self) -> None:
        """Wait until everything queued has been written, or never will be."""
        if self._writer is not None:
            await asyncio.wait([self._writer])

    def close(self, code: Close) -> None:
        """Close the connection once what is queued has been written."""
        if self._closing is None:
            self._closing = code
            self._start()

    async def end(self) -> None:
        """The client is gone: stop writing, and let nobody wait for it."""
        self._stop(Close.RESTARTING)
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)

    def _start(self) -> None:
        if self._writer is None:
            self._writer = asyncio.ensure_future(self._write())

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._frames:
                frame = self._frames.pop(0)
                self._unsent -= len(frame)
                patience = loop.call_later(SLOW_SECONDS, self._give_up)
                await self._send({"type": "websocket.send", "text": frame})
                patience.cancel()
            if self._closing is not None:
                await self._send({"type": "websocket.close", "code": int(self._closing)})
        except OSError:
            self._stop(Close.RESTARTING)  # the client went away; its disconnect follows
        except Exception:
            logger.exception("a frame could not be written")
            self._stop(Close.RESTARTING)
            await self._send({"type": "websocket.close", "code": int(Close.RESTARTING)})
        finally:
            if self._writer is asyncio.current_task():
                self._writer = None

    def _give_up(self) -> None:
        """Close without waiting for what is being written: it would be for ever."""
        if self._closing is None or self._frames:
            self._stop(Close.TOO_SLOW)
            if self._writer is not None:
                self._writer.cancel()
            self._writer = asyncio.ensure_future(self._write())

    def _stop(self, code: Close) -> None:
        self._closing = self._closing or code
        self._frames.clear()
