"""ASGI's extension `http.response.zerocopysend` for Uvicorn: the system copies a file to the network by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import IO, TYPE_CHECKING, Any

import h11

from chat.servers.bodies import TAKE_SECONDS

if TYPE_CHECKING:
    from uvicorn.protocols.http.h11_impl import H11Protocol

NAME = "http.response.zerocopysend"

Application = Callable[[Any, Any, Any], Awaitable[None]]


class _Length:
    """So many bytes, for h11 to count: it never sees them."""

    def __init__(self, length: int) -> None:
        self._length = length

    def __len__(self) -> int:
        return self._length


def with_zero_copy(protocol: H11Protocol, application: Application) -> Application:
    """The application, which may send pieces of files on this connection.

    Sending one raises `OSError` when the client has left, or has taken nothing for `TAKE_SECONDS`.
    """

    async def answer(scope: dict[str, Any], receive: Any, send: Any) -> None:
        async def send_either(message: dict[str, Any]) -> None:
            if message["type"] == NAME:
                await _send_file(protocol, message["file"], message["offset"], message["count"])
            else:
                await send(message)

        extensions = {**scope.get("extensions", {}), NAME: {}}
        await application({**scope, "extensions": extensions}, receive, send_either)

    return answer


async def _send_file(protocol: H11Protocol, file: IO[bytes], offset: int, count: int) -> None:
    cycle, transport = protocol.cycle, protocol.transport
    if cycle.disconnected or transport.is_closing():
        raise ConnectionResetError
    cycle.conn.send_with_data_passthrough(h11.Data(data=_Length(count)))  # type: ignore[arg-type]
    try:
        async with asyncio.timeout(TAKE_SECONDS):
            sent = await protocol.loop.sendfile(transport, file, offset, count)
        if sent < count:
            raise EOFError  # what was promised is not there
    except (OSError, RuntimeError, EOFError) as error:
        cycle.disconnected = True
        cycle.message_event.set()
        transport.abort()
        raise ConnectionResetError from error
