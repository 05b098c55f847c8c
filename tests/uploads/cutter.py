"""A way to a server whose connections break after some bytes, in either direction."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress

from tests.support.way import BYTES, Way

ENDLESS = 1 << 60


class Cutter(Way):
    """Breaks each connection after a random number of bytes, until it has cut `most` times; then all get through."""

    def __init__(self, port: int, most: int, bytes_at_once: int, seed: int = 1) -> None:
        self._chance = random.Random(seed)
        self._most = most
        self._bytes = bytes_at_once
        self.cuts = 0
        super().__init__("127.0.0.1", port)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, clear: asyncio.Event) -> None:
        left = self._length()
        with suppress(OSError):
            while left and (data := await reader.read(min(BYTES, left))):
                writer.write(data)
                await writer.drain()
                left -= len(data)
        if not left:
            self.cuts += 1

    def _length(self) -> int:
        if self.cuts >= self._most:
            return ENDLESS
        # Heads and answers have a few hundred bytes: half of the cuts are there.
        return self._chance.randrange(1, self._chance.choice([700, self._bytes]))
