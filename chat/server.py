"""Daphne, as this protocol wants it. Importing this installs Twisted's reactor: for processes that serve alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autobahn.websocket.types import ConnectionDeny
from channels.routing import get_default_application
from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server
from daphne.ws_protocol import WebSocketProtocol

from chat.protocol import MAX_FRAME_BYTES


class Handshake(WebSocketProtocol):
    """What Daphne and Autobahn look at before `chat.origin` does, answered as the protocol says."""

    def onConnect(self, request: Any) -> Any:  # noqa: N802 - theirs
        """Refuse headers that Daphne would stumble over."""
        names = "".join(request.headers)
        if not names.isascii() or not request.headers.get("sec-websocket-protocol", "").isascii():
            raise ConnectionDeny(400, "Bad Request")  # type: ignore[no-untyped-call]
        return super().onConnect(request)

    def failHandshake(self, reason: str, code: int = 400, responseHeaders: Any = None) -> None:  # noqa: N802, N803 - theirs
        """Autobahn calls an `Origin` that it cannot read a bad request; to us it is one more that is not ours."""
        if reason.startswith(("HTTP Origin header", "WebSocket connection denied: origin")):
            code, reason = 403, "Access denied"
        super().failHandshake(reason, code, responseHeaders)


def make_server(host: str, port: int, ready: Callable[[Any], None]) -> Any:
    """A server of this site, to be `run`. Calls `ready` with it once it listens."""

    def prepare() -> None:
        server.ws_factory.protocol = Handshake
        # Say why (1007, 1009) before the connection is dropped.
        server.ws_factory.setProtocolOptions(failByDrop=False)
        ready(server)

    server = Server(
        get_default_application(),
        endpoints=build_endpoint_description_strings(host=host, port=port),
        ready_callable=prepare,
        websocket_max_message_size=MAX_FRAME_BYTES,
        websocket_max_frame_size=MAX_FRAME_BYTES,
        websocket_timeout=-1,
        server_name="",
    )
    return server
