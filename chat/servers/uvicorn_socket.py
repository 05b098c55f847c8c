"""Uvicorn's WebSockets, as this protocol wants them."""

from __future__ import annotations

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from chat.servers.visitors import visitors


class ChatSocket(WebSocketsSansIOProtocol):
    """One connection after its handshake."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Make room for another visitor."""
        visitors.leave(visitors.at(self.client))
        super().connection_lost(exc)
