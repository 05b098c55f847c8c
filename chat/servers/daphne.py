"""Daphne, as this protocol wants it. Importing this installs Twisted's reactor: for processes that serve alone."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import struct
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import daphne.server
from autobahn.exception import Disconnected
from autobahn.websocket.types import ConnectionDeny
from channels.routing import get_default_application
from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server
from daphne.ws_protocol import WebSocketProtocol
from django.conf import settings
from twisted.internet import reactor as twisted_reactor

from chat.live.process import hints, sweep
from chat.protocol import MAX_FRAME_BYTES
from chat.servers.daphne_http import DoorFactory
from chat.servers.draining import draining
from chat.servers.goodbye import end_at_once, say_goodbye
from chat.servers.visitors import Visitor, visitors

BACKLOG = 1024  # everybody comes back at once after a restart; Twisted's own 50 would turn most away
daphne.server.HTTPFactory = DoorFactory  # the name by which Daphne makes its own
CROWD = 8  # messages that may wait for the application while more is read,
CROWD_BYTES = 256 * 1024  # or so much of them
LOOK_SECONDS = 0.02
reactor: Any = twisted_reactor  # made, and so typed, only at run time


@lru_cache(maxsize=16)
def _text_frame(text: str) -> bytes:
    """A server's text frame, whole and unmasked (RFC 6455, section 5.2)."""
    payload = text.encode()
    length = len(payload)
    if length < 126:
        return struct.pack("!BB", 0x81, length) + payload
    if length < 1 << 16:
        return struct.pack("!BBH", 0x81, 126, length) + payload
    return struct.pack("!BBQ", 0x81, 127, length) + payload


class ChatProtocol(WebSocketProtocol):
    """One connection. Answers handshakes as the protocol says, and knows whether the client keeps up."""

    def __init__(self) -> None:
        super().__init__()
        self.full: asyncio.Future[None] | None = None
        """Set while the buffer is full; done when there is room again."""
        self.taken = 0
        """Bytes that came since the application last had little to do."""
        self.crowded = False

    def onConnect(self, request: Any) -> Any:  # noqa: N802 - theirs
        """Refuse headers that Daphne would stumble over, and everybody while the process is going down."""
        names = "".join(request.headers)
        if not names.isascii() or not request.headers.get("sec-websocket-protocol", "").isascii():
            raise ConnectionDeny(400, "Bad Request")  # type: ignore[no-untyped-call]
        if draining.begun:  # to Daphne's applications every refusal is a 403, which sends nobody elsewhere
            raise ConnectionDeny(503, "Going Down")  # type: ignore[no-untyped-call]
        return super().onConnect(request)

    def failHandshake(self, reason: str, code: int = 400, responseHeaders: Any = None) -> None:  # noqa: N802, N803 - theirs
        """Autobahn calls an `Origin` that it cannot read a bad request; to us it is one more that is not ours."""
        if reason.startswith(("HTTP Origin header", "WebSocket connection denied: origin")):
            code, reason = 403, "Access denied"
        super().failHandshake(reason, code, responseHeaders)

    def serverSend(self, content: str, _binary: bool) -> None:  # noqa: N802 - theirs
        """Write one text frame. Autobahn's own way builds it, and logs it, anew for each of a thousand sockets."""
        if self.state != self.STATE_OPEN:
            raise Disconnected("the connection is closing")
        self.transport.write(_text_frame(content))

    def serverClose(self, code: int | None = None) -> None:  # noqa: N802 - theirs
        """Close with any code: Autobahn's own `sendClose` knows no 1012."""
        self.sendCloseFrame(code=code or 1000)

    def _visitor(self) -> Visitor | None:
        peer = self.transport.getPeer()
        return visitors.at((peer.host, peer.port))

    def connectionLost(self, reason: Any) -> None:  # noqa: N802 - theirs
        """Make room for another visitor."""
        visitors.leave(self._visitor())
        super().connectionLost(reason)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N802, N803 - theirs
        """Hand it to the application, and read no more while that has enough to do: the queue has no end."""
        super().onMessage(payload, isBinary)
        waiting = self.application_queue.qsize() > CROWD
        self.taken = self.taken + len(payload) if waiting else 0
        if self.taken > CROWD_BYTES and not self.crowded:
            self.crowded = True
            self.transport.pauseProducing()
            self._look()

    def _look(self) -> None:
        if self.application_queue.qsize() > CROWD and self.state == self.STATE_OPEN:
            asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)
            return
        self.crowded, self.taken = False, 0
        self._read_on()

    def _read_on(self) -> None:
        if not self.crowded and self.full is None:
            self.transport.resumeProducing()

    # Daphne itself has no backpressure: it would buffer without end for a client that does not read. The transport
    # says when its buffer is full to whoever is registered as its producer.

    def onOpen(self) -> None:  # noqa: N802 - theirs
        """Take over from the HTTP channel that the connection began as."""
        self.transport.unregisterProducer()
        self.transport.registerProducer(self, True)
        visitor = self._visitor()
        if visitor is not None:
            visitor.came_in()
        super().onOpen()

    def pauseProducing(self) -> None:  # noqa: N802 - theirs
        """The buffer is full: nothing more is read either, for each ping that is read puts a pong into it."""
        if self.full is None:
            self.full = asyncio.get_running_loop().create_future()
        self.transport.pauseProducing()

    def resumeProducing(self) -> None:  # noqa: N802 - theirs
        """The buffer is empty again."""
        full, self.full = self.full, None
        if full is not None and not full.done():
            full.set_result(None)
        self._read_on()

    def stopProducing(self) -> None:  # noqa: N802 - theirs
        """The connection is gone: nobody has to wait for it."""
        self.resumeProducing()


class ChatServer(Server):
    """Waits for slow clients when it sends, and ends in good order on SIGTERM and Ctrl-C."""

    ending: asyncio.Future[None] | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.ports: list[Any] = []

    def listen_success(self, port: Any) -> None:
        """Keep what listens: Daphne forgets it."""
        self.ports.append(port)
        super().listen_success(port)

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """Begin to answer a request. Where its body is streamed, the application reads from that."""
        body = getattr(protocol, "body", None)
        if body is None:
            return super().create_application(protocol, scope)
        application = self.application(
            {**scope, "asgi": {"version": "3.0"}}, body.receive, partial(self.handle_reply, protocol)
        )
        self.connections[protocol]["application_instance"] = asyncio.ensure_future(application)
        return body

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """Send, and do not return before the client can take more."""
        with contextlib.suppress(Disconnected):  # the client left meanwhile; the application is told so
            await super().handle_reply(protocol, message)
        if isinstance(protocol, ChatProtocol):
            if protocol.full is not None:
                await asyncio.shield(protocol.full)
        elif channel := getattr(protocol, "channel", None):  # it has none any more when it is answered
            await channel.until_taken()

    def end(self, number: int) -> None:
        """Begin to end. A second signal ends at once."""
        if self.ending is not None:
            end_at_once(number)
        self.ending = asyncio.ensure_future(self._end())

    async def _end(self) -> None:
        await say_goodbye(self._stop_listening)
        visitors.cut_off()
        reactor.stop()

    def _stop_listening(self) -> None:
        for port in self.ports:
            port.stopListening()


def run(host: str, port: int, ready: Callable[[str, int], None]) -> bool:
    """Serve until stopped. Calls `ready` with the address once it listens; returns False if it never could."""

    def prepare() -> None:
        server.ws_factory.protocol = ChatProtocol
        # Say why (1007, 1009) before the connection is dropped.
        server.ws_factory.setProtocolOptions(failByDrop=False)
        loop = asyncio.get_event_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, server.end, number)
        loop.call_soon(hints.start)
        loop.call_soon(sweep.start)
        for address in server.listening_addresses:
            ready(*address)

    endpoints = build_endpoint_description_strings(host=host, port=port)
    server = ChatServer(
        get_default_application(),
        endpoints=[f"{endpoint}:backlog={BACKLOG}" for endpoint in endpoints],
        signal_handlers=False,
        ready_callable=prepare,
        websocket_max_message_size=MAX_FRAME_BYTES,
        websocket_max_frame_size=MAX_FRAME_BYTES,
        websocket_timeout=-1,
        websocket_handshake_timeout=settings.REQUEST_SECONDS,  # theirs is short for hundreds that come back at once
        server_name="",
    )
    server.run()
    return not server.abort_start
