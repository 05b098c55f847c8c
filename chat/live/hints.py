"""What processes tell one another through the channel layer. A process takes part once, not per socket.

Heads travel ("room 7 is at 120"), who has read on where, who is writing, what each process has (`chat.live.neighbours`)
and what people have used up (`chat.live.allowances`). The layer may drop, delay or reorder them, or be away: heads are
repaired by the hub's own look, what a process has is asked for again, the others are ephemeral. Without a channel layer
(a single process) nothing is sent.

Several installations may share one Redis: each has a group of its own, named after its identity.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from channels.layers import get_channel_layer

logger = logging.getLogger("chat")

AGAIN_SECONDS = 1.0
GATHER_SECONDS = 0.1
MAX_UNSENT = 1000

Hint = dict[str, Any]


class Hints:
    """This process's part in the talk of its installation's processes.

    What others sent goes to whoever hears hints of its `kind`. `identity` is asked once for the installation's.
    """

    def __init__(self, identity: Callable[[], Awaitable[str]]) -> None:
        self.process = secrets.token_urlsafe(9)
        self._identity = identity
        self._name: str | None = None
        self._hearers: dict[str, Callable[[Hint], None]] = {}
        self._sources: list[Callable[[], list[Hint]]] = []
        self._heads: dict[int, int] = {}
        self._others: deque[Hint] = deque(maxlen=MAX_UNSENT)
        self._sender: asyncio.Task[None] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._is_away = False

    @property
    def alone(self) -> bool:
        """Whether there is no channel layer, and so nobody to talk with."""
        return get_channel_layer() is None

    def hear(self, kind: str, heard: Callable[[Hint], None]) -> None:
        """Have this called with every hint of this kind that another process sends; its `process` says which."""
        self._hearers[kind] = heard

    def gather(self, source: Callable[[], list[Hint]]) -> None:
        """Have this asked for hints every `GATHER_SECONDS`."""
        self._sources.append(source)

    def start(self) -> None:
        """Begin to listen and to gather, if there is a layer and that has not begun yet."""
        if self.alone or (self._tasks and not any(task.done() for task in self._tasks)):
            return
        for task in self._tasks:
            task.cancel()
        self._tasks = [asyncio.ensure_future(self._receive()), asyncio.ensure_future(self._gather())]

    def send_heads(self, heads: dict[int, int]) -> None:
        """Tell the other processes how far rooms are, soon. Never waits, never raises."""
        self._heads.update(heads)
        self._send_soon()

    def send(self, hint: Hint) -> None:
        """Tell the other processes something ephemeral, soon. Never waits, never raises; the oldest may be dropped."""
        self._others.append(hint)
        self._send_soon()

    def _send_soon(self) -> None:
        if self.alone:
            self._heads.clear()
            self._others.clear()
        elif self._sender is None or self._sender.done():
            self._sender = asyncio.ensure_future(self._send())

    async def _send(self) -> None:
        layer = get_channel_layer()
        while self._heads or self._others:
            hints = list(self._others)
            self._others.clear()
            if self._heads:
                hints.append({"kind": "heads", "heads": [list(item) for item in self._heads.items()]})
                self._heads = {}
            try:
                await layer.group_send(await self._group(), {"process": self.process, "hints": hints})
            except Exception as error:  # noqa: BLE001 - whatever ails the layer, a hint is only a hint
                self._went_away(error)
            else:
                self._came_back()

    def _went_away(self, error: Exception) -> None:
        if not self._is_away:
            self._is_away = True
            reason = type(error).__name__
            logger.warning("the channel layer is away (%s): limits and who is there are this process's alone", reason)

    def _came_back(self) -> None:
        if self._is_away:
            self._is_away = False
            logger.warning("the channel layer is back")

    async def _group(self) -> str:
        if self._name is None:
            self._name = f"rooms.{await self._identity()}"
        return self._name

    async def _gather(self) -> None:
        while True:
            await asyncio.sleep(GATHER_SECONDS)
            for source in self._sources:
                try:
                    for hint in source():
                        self.send(hint)
                except Exception:
                    logger.exception("hints were not gathered, trying again")  # it must not end: limits hang on it

    async def _receive(self) -> None:
        layer = get_channel_layer()
        while True:
            try:
                channel = await layer.new_channel()
                await layer.group_add(await self._group(), channel)
                self.send({"kind": "ask"})  # what the others have told before
                while True:
                    message = await layer.receive(channel)
                    if message["process"] != self.process:
                        for hint in message["hints"]:
                            self._heard({**hint, "process": message["process"]})
            except Exception as error:  # noqa: BLE001 - the layer comes back or not; events come from storage
                self._went_away(error)
                await asyncio.sleep(AGAIN_SECONDS)

    def _heard(self, hint: Hint) -> None:
        heard = self._hearers.get(hint["kind"])
        if heard is not None:  # else it comes from a process of another version
            heard(hint)
