"""Uvicorn's HTTP, from the accepted connection to the whole request: strict, and with an end to waiting."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from h11._receivebuffer import ReceiveBuffer
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.h11_impl import H11Protocol

from chat.servers.visitors import Visitor, visitors
from chat.servers.zero_copy import with_zero_copy


class StrictHeads(ReceiveBuffer):
    """Refuses what has been read in different ways: two lengths, and a header that goes on in the next line."""

    def maybe_extract_lines(self) -> Any:
        """The lines of a head, once it is whole."""
        lines = super().maybe_extract_lines()
        if lines:
            names = [bytes(line).partition(b":")[0].lower() for line in lines]
            if names.count(b"content-length") + names.count(b"transfer-encoding") > 1:
                raise h11.RemoteProtocolError("the length is given twice")
            if any(name[:1] in (b" ", b"\t") for name in names):
                raise h11.RemoteProtocolError("a header goes on in the next line")
        return lines


class StrictConnection(h11.Connection):
    """h11, without what two readers might understand in two ways. Tells how a request comes along."""

    def __init__(self, visitor: Visitor) -> None:
        super().__init__(h11.SERVER)
        self._receive_buffer = StrictHeads()  # it has no other place for rules of ours
        self._visitor = visitor

    def next_event(self) -> Any:
        """The next part of a request.

        Raises:
            RemoteProtocolError: it is no request, or not clearly one.
        """
        event = super().next_event()
        if isinstance(event, h11.Request):
            self._visitor.expect()
        elif isinstance(event, h11.Data):
            self._visitor.received(len(event.data))
        elif isinstance(event, h11.EndOfMessage):
            self._visitor.rest()
        return event


class PatientFlow(FlowControl):
    """Uvicorn reads nothing while enough of a body waits for the application: meanwhile nobody waits for the client."""

    def __init__(self, protocol: DoorProtocol) -> None:
        super().__init__(protocol.transport)
        self._protocol = protocol

    def pause_reading(self) -> None:
        """Read no more for now."""
        if self._protocol.visitor is not None and not self.read_paused:
            self._protocol.visitor.rest()
        super().pause_reading()

    def resume_reading(self) -> None:
        """Read on. It is the client's turn only if there is more of the body."""
        cycle = self._protocol.cycle
        awaited = cycle.more_body and not (cycle.disconnected or cycle.response_complete)
        if self._protocol.visitor is not None and self.read_paused and awaited:
            self._protocol.visitor.expect()
        super().resume_reading()


class DoorProtocol(H11Protocol):
    """One connection until it is closed, or becomes a WebSocket's."""

    visitor: Visitor | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Let it in, or close it at once."""
        super().connection_made(transport)
        self.visitor = visitors.enter(self.client or ("", 0), transport.abort, transport.get_write_buffer_size)
        if self.visitor is None:
            transport.abort()
        else:
            self.conn = StrictConnection(self.visitor)
            self.flow = PatientFlow(self)
            self.app = with_zero_copy(self, self.app)

    def connection_lost(self, exc: Exception | None) -> None:
        """Make room for another visitor."""
        visitors.leave(self.visitor)
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """From here on it is the socket that limits."""
        if self.visitor is not None:
            self.visitor.rest()
        super().handle_websocket_upgrade(event)

    def on_response_complete(self) -> None:
        """It is answered: the next one is to come."""
        if self.visitor is not None and not self.transport.is_closing():
            self.visitor.answered()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse, also in the middle of a body: then the application may be about to answer, or have answered."""
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        try:
            super().send_400_response(msg)
        except h11.LocalProtocolError:
            self.transport.close()
