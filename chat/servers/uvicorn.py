"""Uvicorn: the faster of the two, with the same ending."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

import uvicorn
from channels.routing import get_default_application

from chat.live.process import hints, sweep
from chat.protocol import MAX_FRAME_BYTES
from chat.servers.goodbye import end_at_once, say_goodbye
from chat.servers.uvicorn_http import DoorProtocol
from chat.servers.uvicorn_socket import ChatSocket
from chat.servers.visitors import ACCEPTED_AT_ONCE, visitors

BACKLOG = 1024  # everybody comes back at once after a restart
ENDING_SECONDS = 3


class ChatServer(uvicorn.Server):
    """Says where it listens, and ends in good order on SIGTERM and Ctrl-C."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[str, int], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        asyncio.get_running_loop().set_exception_handler(_one_line_about_descriptors)
        await super().startup(sockets)
        hints.start()
        sweep.start()
        for server in self.servers:
            for listening in server.sockets:
                # asyncio accepts as many at once as may wait, before it looks at the first; more may wait.
                with socket.socket(fileno=os.dup(listening.fileno())) as same:
                    same.listen(BACKLOG)
                self._ready(*listening.getsockname()[:2])

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say goodbye, and only then close what is left."""
        await say_goodbye(self._stop_listening)
        visitors.cut_off()
        await super().shutdown(sockets)

    def _stop_listening(self) -> None:
        for server in self.servers:
            server.close()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end. A second signal ends at once."""
        if self.should_exit:
            end_at_once(sig)
        super().handle_exit(sig, frame)


def _one_line_about_descriptors(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Where there are no descriptors after all (others took them), asyncio would log a traceback for each try."""
    error = context.get("exception")
    if isinstance(error, OSError) and error.errno in {errno.EMFILE, errno.ENFILE}:
        visitors.turn_away("the system has no descriptors left")
    else:
        loop.default_exception_handler(context)


def run(host: str, port: int, ready: Callable[[str, int], None]) -> bool:
    """Serve until stopped. Calls `ready` with the address once it listens; returns False if it never could."""
    settings: dict[str, Any] = {
        "host": host,
        "port": port,
        "http": DoorProtocol,
        "ws": ChatSocket,
        "backlog": ACCEPTED_AT_ONCE,
        "ws_max_size": MAX_FRAME_BYTES,
        "lifespan": "off",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,  # `chat.addresses` reads them; theirs would have a proxy's connections found no more
        "timeout_graceful_shutdown": ENDING_SECONDS,
    }
    server = ChatServer(uvicorn.Config(get_default_application(), **settings), ready)
    with suppress(SystemExit, KeyboardInterrupt):  # it could not listen; or a signal, which it has obeyed already
        server.run()
    return server.started
