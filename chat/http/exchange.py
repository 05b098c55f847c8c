"""One request and its answer, for applications that take bodies as they come."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any

from chat.protocol import Code

Event = dict[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Header = tuple[str, str]

LINGER_SECONDS = 2.0
LINGER_BYTES = 8 * 1024 * 1024
"""What is still taken, and thrown away, of a request that was answered before its end. Closed at once, the connection
would be reset, and many clients would not see why."""

_ALWAYS = (("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"))


class Gone(Exception):
    """The client left in the middle of its request."""


class Interrupted(Exception):
    """Somebody has decided not to wait for the rest of the request (`Exchange.interrupt`)."""


class Exchange:
    """A request whose body nobody has taken yet, and the one answer to it."""

    def __init__(self, scope: Event, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self._receive = receive
        self._send = send
        self._headers = {name: value.decode("latin1") for name, value in reversed(scope["headers"])}
        self._patience: asyncio.Timeout | None = None
        self._heard_at = time.monotonic()
        self._more = self._headers.get(b"content-length", "0") != "0" or b"transfer-encoding" in self._headers

    def header(self, name: str) -> str | None:
        """The header of this name, the first one; None where there is none."""
        return self._headers.get(name.lower().encode())

    @property
    def length(self) -> int | None:
        """How many bytes the body has; None if it is sent in chunks, and nobody knows."""
        return None if b"transfer-encoding" in self._headers else int(self._headers.get(b"content-length", "0"))

    async def body(self) -> AsyncIterator[bytes]:
        """What is sent, in pieces as they come. The client is held back while nobody takes the next one.

        Raises:
            Gone: there is more to come, and nobody to send it.
            Interrupted: there is, and it is not to be waited for.
        """
        while self._more:
            message = await self._next()
            if message["type"] == "http.disconnect":
                raise Gone
            self._more = message.get("more_body", False)
            if message.get("body"):
                yield message["body"]

    async def _next(self) -> Event:
        try:
            async with asyncio.timeout(None) as self._patience:
                message = await self._receive()
        except TimeoutError:
            raise Interrupted from None
        finally:
            self._patience = None
        self._heard_at = time.monotonic()
        return message

    @property
    def is_quiet_for(self) -> float:
        """For how many seconds the client, which is waited for, has sent nothing; 0 when it is not waited for."""
        return time.monotonic() - self._heard_at if self._patience is not None else 0.0

    def interrupt(self) -> None:
        """Have whoever waits for the client give up, if anybody does."""
        if self._patience is not None:
            self._patience.reschedule(asyncio.get_running_loop().time())

    async def answer(self, status: int, headers: Iterable[Header] = (), body: bytes = b"") -> None:
        """Say this. What is left of the request is not waited for: for a while it is thrown away, then cut off."""
        early = self._more
        told = [*_ALWAYS, *headers, *([("Connection", "close")] if early else [])]
        if status != 204:
            told.append(("Content-Length", str(len(body))))
        pairs = [(name.lower().encode(), value.encode("latin1")) for name, value in told]
        await self._send({"type": "http.response.start", "status": status, "headers": pairs})
        await self._send({"type": "http.response.body", "body": body, "more_body": early})
        if early:
            await self._throw_away()
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def say(self, status: int, facts: dict[str, Any], headers: Iterable[Header] = ()) -> None:
        """Answer in JSON."""
        await self.answer(status, [("Content-Type", "application/json"), *headers], json.dumps(facts).encode())

    async def refuse(self, status: int, code: Code, message: str, headers: Iterable[Header] = ()) -> None:
        """Say why not, for programs and for people."""
        await self.say(status, {"code": code, "message": message}, headers)

    async def _throw_away(self) -> None:
        thrown_away = 0
        try:
            async with asyncio.timeout(LINGER_SECONDS):
                async for piece in self.body():
                    thrown_away += len(piece)
                    if thrown_away > LINGER_BYTES:
                        return
        except (TimeoutError, Gone):
            pass
