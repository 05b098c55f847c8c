"""Daphne's HTTP, from the accepted connection to the whole request: strict, limited, and with an end to waiting."""

from __future__ import annotations

import asyncio
import math
from io import BytesIO
from typing import Any

from daphne.http_protocol import HTTPFactory, WebRequest
from twisted.web import http

from chat.servers.bodies import LINGER_BYTES, LINGER_SECONDS, MOST_BYTES, STREAMED, TAKE_SECONDS, refusal
from chat.servers.streamed_body import StreamedBody
from chat.servers.visitors import Visitor, visitors

LENGTH_DIGITS = 20
HTTPChannel: Any = http.HTTPChannel  # typed in part only


class DoorRequest(WebRequest):
    """Counts its body. Daphne collects it before the application hears of the request: the limit must be here.

    One that is streamed has a `body` instead, and its application begins when the head is there.
    """

    channel: DoorChannel
    body: StreamedBody | None = None

    def begin(self) -> None:
        """Have the application take the body as it comes."""
        channel = self.channel
        self.body = StreamedBody(channel.hold, channel.let_go)
        super().requestReceived(channel._command, channel._path, channel._version)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:  # noqa: N802 - theirs
        """All of it is there."""
        if self.body is None:
            super().requestReceived(command, path, version)
        else:
            self.body.end()

    def handle_reply(self, message: dict[str, Any]) -> None:
        """Answer. Before the end of the body it is the connection's last answer: what comes next is not a request."""
        if self.body is not None and not self.body.ended and self.channel is not None:
            self.channel.persistent = False
        super().handle_reply(message)

    def gotLength(self, length: int | None) -> None:  # noqa: ARG002, N802 - theirs
        """Keep a small body in memory: a full disk must not turn a login away."""
        self.taken = 0
        self.content = BytesIO()

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 - theirs
        """Take some more of the body, unless it has become too much."""
        self.taken += len(data)
        self.channel.visitor.received(len(data))
        if self.body is not None:
            self.body.feed(data)
        elif self.taken > self.channel.most:
            self.channel.refuse()
        else:
            super().handleContentChunk(data)


class DoorChannel(HTTPChannel):
    """One connection until it is closed, or becomes a WebSocket's."""

    requestFactory = DoorRequest  # noqa: N815 - theirs
    visitor: Visitor
    most: float = MOST_BYTES
    refused = False
    thrown_away = 0
    room: asyncio.Future[None] | None = None
    """Done when what was answered so far is taken, and there is room for more."""
    unread: Any = None
    """A request whose answer is not taken yet, of which there is more than the transport cares to keep."""

    def connectionLost(self, reason: Any) -> None:  # noqa: N802 - theirs
        """Make room for another visitor."""
        visitors.leave(self.visitor)
        self._let_go_on()
        super().connectionLost(reason)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - theirs
        """Take what came; after a refusal, throw it away for a while."""
        if not self.refused:
            super().dataReceived(data)
            return
        self.thrown_away += len(data)
        if self.thrown_away > LINGER_BYTES:
            self.transport.abortConnection()

    def lineReceived(self, line: bytes) -> Any:  # noqa: N802 - theirs
        """Refuse a header that goes on in the next line: proxies and servers have read those differently."""
        if line[:1] in (b" ", b"\t") and line.strip():
            return self._respondToBadRequestAndDisconnect()
        return super().lineReceived(line)

    def _maybeChooseTransferDecoder(self, header: bytes, data: bytes) -> bool:  # noqa: N802 - theirs
        too_long = header == b"Content-Length" and len(data) > LENGTH_DIGITS
        unknown = header == b"Transfer-Encoding" and data.lower() != b"chunked"
        if too_long or unknown:
            return bool(self._failChooseTransferDecoder())
        return bool(super()._maybeChooseTransferDecoder(header, data))

    def allHeadersReceived(self) -> None:  # noqa: N802 - theirs
        """Look at what is to come before any of it is taken."""
        self.most = math.inf if self._is_streamed() else MOST_BYTES
        self.visitor.expect()
        if self.most == math.inf:
            super().allHeadersReceived()
            self.setTimeout(None)  # the visitor has a clock, which stands still while the client is held back
            self.requests[-1].begin()
        elif self.length is not None and self.length > self.most:
            self.refuse()
        else:
            super().allHeadersReceived()

    def _is_streamed(self) -> bool:
        head = self.requests[-1].requestHeaders
        return self.length != 0 and not head.hasHeader(b"Upgrade") and self._path.decode("latin1").startswith(STREAMED)

    def hold(self) -> None:
        """Read no more of a body for now: it is not the client whom we wait for."""
        self.visitor.rest()
        self._networkProducer.pauseProducing()

    def let_go(self) -> None:
        """Read on."""
        self.visitor.expect()
        self._networkProducer.resumeProducing()

    def rawDataReceived(self, data: bytes) -> None:  # noqa: N802 - theirs
        """Take some of a body."""
        if not self.refused:
            super().rawDataReceived(data)
            if (getattr(self._transferDecoder, "length", None) or 0) > self.most:  # of the chunk that began
                self.refuse()

    def allContentReceived(self) -> None:  # noqa: N802 - theirs
        """The request is whole: now it is the application's turn."""
        if not self.refused and self.requests:
            self.visitor.rest()
            super().allContentReceived()

    def requestDone(self, request: Any) -> None:  # noqa: N802 - theirs
        """It is answered: the next one is to come. It may be here already, but waits while nobody reads the answer."""
        self.visitor.answered()
        if request.body is not None and not request.body.ended:
            self.refused = True
        if self._waitingForTransport and self.persistent:
            self.unread = request
        else:
            super().requestDone(request)

    async def until_taken(self) -> None:
        """Return when there is room for more of an answer, or nobody to take it: Daphne would keep all of it.

        A client that takes nothing for `TAKE_SECONDS` is cut off.
        """
        if self._waitingForTransport and self.transport is not None:
            self.room = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(TAKE_SECONDS):
                    await self.room
            except TimeoutError:
                self.transport.abortConnection()

    def _let_go_on(self) -> None:
        if self.room is not None and not self.room.done():
            self.room.set_result(None)

    def resumeProducing(self) -> None:  # noqa: N802 - theirs
        """What was answered is taken."""
        super().resumeProducing()
        self._let_go_on()
        unread, self.unread = self.unread, None
        if unread is not None:
            self.requestDone(unread)

    def refuse(self) -> None:
        """Say that it is too much, take no more of it, and close."""
        if self.refused:
            return
        self.refused = True
        kind, body = refusal(self._path.decode("latin1"))
        head = b"HTTP/1.1 413 Content Too Large\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
        self.transport.write(head % (kind, len(body)) + body)
        self.transport.loseWriteConnection()
        self.visitor.expect(LINGER_SECONDS)


class DoorFactory(HTTPFactory):
    """Lets a connection in, or has it closed at once."""

    protocol = DoorChannel

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802 - theirs
        """The channel of a new connection, or None for one too many."""
        channel: Any = None

        def unsent() -> int:
            transport = channel and channel.transport
            return len(transport.dataBuffer) - transport.offset + transport._tempDataLen if transport else 0

        def drop() -> None:
            if unsent():
                channel.transport.abortConnection()
            elif channel is not None and channel.transport is not None:
                channel.loseConnection()  # the system still sends what it has; `abortConnection` would take that back

        visitor = visitors.enter((addr.host, addr.port), drop, unsent)
        if visitor is None:
            return None
        channel = super().buildProtocol(addr)
        channel.requestFactory = DoorRequest
        channel.visitor = visitor
        return channel
