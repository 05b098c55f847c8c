"""ASGI middleware in front of everything: what must be refused before anything is looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from channels.security.websocket import WebsocketDenier
from django.conf import settings

from chat.addresses import client_networks
from chat.servers.bodies import LINGER_BYTES, LINGER_SECONDS, MOST_BYTES, refusal
from chat.servers.draining import draining
from chat.servers.visitors import visitors

AT_ONCE = 40  # requests in Django's hands: each takes a thread and three descriptors
WAIT_SECONDS = 10.0
KEPT_BYTES = 1_000_000  # of an answer, so that Django is done with it before a slow client has taken it

Event = dict[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]


class TooLarge(Exception):
    """The body has become larger than allowed."""


class Busy(Exception):
    """So many requests are being answered that this one waited in vain."""


class Answer:
    """What the application answers, kept until it is done: a client that reads slowly must not take up its room."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._head: Event | None = None
        self._body: list[bytes] = []
        self._kept = 0
        self._ended = False
        self.begun = False
        """Whether any of it was sent."""

    async def take(self, message: Event) -> None:
        """The application's `send`. What is longer than `KEPT_BYTES` goes on to the client as it comes."""
        if message["type"] == "http.response.start":
            self._head = message
            return
        body = message.get("body", b"")
        self._body.append(body)
        self._kept += len(body)
        if self._kept > KEPT_BYTES:
            await self.deliver(more=message.get("more_body", False))

    async def deliver(self, *, more: bool = False) -> None:
        """Send what was kept, in one piece: the server then knows what of it the client has yet to take."""
        head, self._head = self._head, None
        body, self._body = b"".join(self._body), []
        if self._ended or not (head or self.begun):  # all was sent; or the client left, and Django says nothing
            return
        self.begun, self._ended = True, not more
        if head is not None:
            await self._send(head)
        await self._send({"type": "http.response.body", "body": body, "more_body": more})


class HttpDoor:
    """Refuses requests that carry too much (413, by length and by counting) and, behind a proxy, addresses that ask too
    much at once (429); lets so many in at a time and no more (503 for who waits in vain).

    `streams` are applications, by the beginnings of their paths, that take bodies as they come, and limit them.
    """

    def __init__(self, application: Any, streams: Mapping[str, Any] | None = None) -> None:
        self.application = application
        self._streams = streams or {}
        self._room = asyncio.Semaphore(AT_ONCE)

    async def __call__(self, scope: Event, receive: Receive, send: Send) -> None:
        networks = client_networks(scope) if settings.HTTPS else ()
        if not visitors.strangers.enter(networks):
            visitors.turn_away(f"{networks[0]} asks too much at once")
            await answer(send, 429, b"text/plain", b"too many requests at once\n", [(b"retry-after", b"5")])
            return
        try:
            stream = next((app for path, app in self._streams.items() if scope["path"].startswith(path)), None)
            await (stream or self._let_in)(scope, receive, send)
        finally:
            visitors.strangers.leave(networks)

    async def _let_in(self, scope: Event, receive: Receive, send: Send) -> None:
        seen = 0
        entered = False
        kept = Answer(send)

        async def checked_receive() -> Event:
            nonlocal seen, entered
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > MOST_BYTES:
                raise TooLarge
            if not entered and not message.get("more_body", False):
                entered = await self._enter()  # not before: who sends slowly takes up nobody's room
            return message

        try:
            if _length(scope) > MOST_BYTES:
                raise TooLarge
            await self.application(scope, checked_receive, kept.take)
        except TooLarge:
            if not kept.begun:
                await _refuse(scope["path"], receive, send)
            return
        except Busy:
            await answer(send, 503, b"text/plain", b"too busy just now\n", [(b"retry-after", b"5")])
            return
        finally:
            if entered:
                self._room.release()
        await kept.deliver()

    async def _enter(self) -> bool:
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                return await self._room.acquire()
        except TimeoutError:
            raise Busy from None


class SocketDoor:
    """Behind a proxy, counts sockets without a `hello` by address. Puts `known` into the scope: to be called when one
    turns out to be a member's. While the process is going down nobody is let in (503: a proxy tries the next one)."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Event, receive: Receive, send: Send) -> None:
        if draining.begun and "websocket.http.response" in scope.get("extensions", {}):
            await send({"type": "websocket.http.response.start", "status": 503, "headers": []})
            await send({"type": "websocket.http.response.body", "body": b"going down\n"})
            return
        networks = client_networks(scope) if settings.HTTPS else ()
        if not visitors.strangers.enter(networks):
            visitors.turn_away(f"{networks[0]} has too many sockets without a hello")
            await WebsocketDenier()(scope, receive, send)
            return

        def known() -> None:
            nonlocal networks
            visitors.strangers.leave(networks)
            networks = ()
            visitor = visitors.at(scope.get("client"))
            if visitor is not None:
                visitor.known()

        try:
            await self.application({**scope, "known": known}, receive, send)
        finally:
            visitors.strangers.leave(networks)


async def answer(
    send: Send, status: int, kind: bytes, body: bytes, headers: list[tuple[bytes, bytes]], *, more: bool = False
) -> None:
    """Answer without Django, and close the connection. `more`: the caller will end the answer."""
    length = (b"content-length", str(len(body)).encode())
    headers = [(b"content-type", kind), length, (b"connection", b"close"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": more})


def _length(scope: Event) -> int:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[0]) if lengths and lengths[0].isdigit() else 0


async def _refuse(path: str, receive: Receive, send: Send) -> None:
    kind, body = refusal(path)
    await answer(send, 413, kind, body, [], more=True)
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            thrown_away = 0
            while thrown_away < LINGER_BYTES:
                message = await receive()
                thrown_away += len(message.get("body", b""))
                if not message.get("more_body", False):
                    break
    except TimeoutError:
        pass
    await send({"type": "http.response.body", "body": b"", "more_body": False})
