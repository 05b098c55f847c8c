"""Who uploads what a sender sends: piece by piece, to whichever server is there, until one says that it is whole."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress

import httpx

from tests.uploads.tus import BASE, TOKEN, metadata

PIECES = (1, 2, 3)
AWAY = (httpx.HTTPError, OSError)


class Courier:
    """Of one person's session. `choose` says which server to ask next."""

    def __init__(self, session: str, choose: Callable[[], str], chance: random.Random) -> None:
        self._choose = choose
        self._random = chance
        self._headers = {
            "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
            "Tus-Resumable": "1.0.0",
        }
        self.complaints: list[str] = []
        """Answers that are neither "done" nor "not just now"."""

    async def bring(self, room: int, upload_id: str, content: bytes, *, wholly: bool = True) -> None:
        """Upload this; without `wholly` leave it somewhere in the middle."""
        goal = len(content) if wholly else len(content) // 2
        async with httpx.AsyncClient(headers=self._headers, timeout=20, trust_env=False) as client:
            location, offset = None, -1
            while offset < goal:
                with suppress(*AWAY):
                    if location is None:
                        location = await self._begin(client, room, upload_id, len(content))
                    else:
                        offset = await self._go_on(client, location, content[:goal])
                await asyncio.sleep(self._random.uniform(0, 0.1))

    async def _begin(self, client: httpx.AsyncClient, room: int, upload_id: str, length: int) -> str | None:
        told = metadata(filename=f"{upload_id}.bin", room=str(room), upload_id=upload_id)
        answer = await client.post(
            self._choose() + BASE, headers={"Upload-Length": str(length), "Upload-Metadata": told}
        )
        self._look(answer, 201)
        return answer.headers["Location"] if answer.status_code == 201 else None

    async def _go_on(self, client: httpx.AsyncClient, location: str, content: bytes) -> int:
        """Where it is after one more piece, as far as is known."""
        address = self._choose() + location
        answer = await client.head(address)
        self._look(answer, 200)
        if answer.status_code != 200:
            return -1
        offset = int(answer.headers["Upload-Offset"])
        rest = content[offset:]
        if rest:
            piece = rest[: -(-len(content) // self._random.choice(PIECES))]
            given = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
            answer = await client.patch(address, headers=given, content=piece)
            self._look(answer, 204, 409, 423)  # an earlier request may still be at it
            offset = int(answer.headers["Upload-Offset"]) if answer.status_code == 204 else -1
        return offset

    def _look(self, answer: httpx.Response, *fine: int) -> None:
        if answer.status_code not in {*fine, 423, 503}:
            self.complaints.append(f"{answer.request.method} was answered with {answer.status_code}: {answer.text}")
