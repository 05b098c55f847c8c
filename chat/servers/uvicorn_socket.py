"""Uvicorn's WebSockets, as this protocol wants them."""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from chat.servers.visitors import visitors


class ChatSocket(WebSocketsSansIOProtocol):
    """One connection after its handshake. Reads nothing while the client reads nothing.

    Uvicorn answers each ping that comes, whether or not anybody takes the answers: they would pile up without end.
    """

    def connection_lost(self, exc: Exception | None) -> None:
        """Make room for another visitor."""
        visitors.leave(visitors.at(self.client))
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The buffer is full."""
        super().pause_writing()
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        """There is room again."""
        super().resume_writing()
        if not self.read_paused:
            self.transport.resume_reading()

    async def receive(self) -> Any:
        """The next message; that it was taken is no reason to read on while the buffer is full."""
        message = await super().receive()
        if not self.writable.is_set() and not self.transport.is_closing():
            self.transport.pause_reading()
        return message

    def keepalive_timeout(self) -> None:
        """Whoever does not answer will not read what is left either, and would never be rid of."""
        super().keepalive_timeout()
        self.transport.abort()
