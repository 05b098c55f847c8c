"""A way to a server through a network that can fail: it may refuse, or swallow whatever is sent."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import Any

BYTES = 64 * 1024


class Way:
    """A port of this machine that leads to another one. `port` stays the same whatever happens to the way."""

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="way", daemon=True)
        self._thread.start()
        self._clear = asyncio.Event()
        self._clear.set()
        self._travellers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0
        self.open()

    def open(self) -> None:
        """Let everything through, also what was swallowed."""
        self._run(self._open())

    def close(self) -> None:
        """Break every connection, and refuse new ones at once, as a machine does on which nothing listens."""
        self._run(self._close())

    def swallow(self) -> None:
        """Take whatever is sent and answer nothing, without a word, as a network does that is cut in the middle."""
        self._loop.call_soon_threadsafe(self._clear.clear)

    def forget(self) -> None:
        """Swallow for good whatever goes through the present connections, as a firewall does that was started anew;
        new ones get through."""

        async def forget() -> None:
            self._clear.clear()
            self._clear = asyncio.Event()
            self._clear.set()

        self._run(forget())

    def remove(self) -> None:
        """Close it for good."""
        self.close()
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    async def _open(self) -> None:
        self._clear.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._travel, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._travellers):
            writer.transport.abort()

    async def _end(self) -> None:
        travelling = asyncio.all_tasks() - {asyncio.current_task()}
        for task in travelling:
            task.cancel()
        await asyncio.gather(*travelling, return_exceptions=True)

    async def _travel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._travellers.add(writer)
        clear = self._clear
        try:
            there_reader, there_writer = await asyncio.open_connection(*self._target)
        except OSError:  # nobody is there
            writer.transport.abort()
            self._travellers.discard(writer)
            return
        self._travellers.add(there_writer)
        try:
            there_and_back = [
                asyncio.ensure_future(self._carry(reader, there_writer, clear)),
                asyncio.ensure_future(self._carry(there_reader, writer, clear)),
            ]
            await asyncio.wait(there_and_back, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in (writer, there_writer):
                self._travellers.discard(end)
                end.transport.abort()
            for half in there_and_back:
                half.cancel()
            await asyncio.gather(*there_and_back, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, clear: asyncio.Event) -> None:
        with suppress(OSError):
            while data := await reader.read(BYTES):
                await clear.wait()
                writer.write(data)
                await writer.drain()
