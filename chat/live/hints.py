"""What processes tell one another through the channel layer. A process takes part once, not per socket.

Four things travel: heads ("room 7 is at 120"), who has read on where, who is writing, and who is there. The layer may
drop, delay or reorder them, or be away: heads are repaired by the hub's own look, what was read is told again when
somebody comes back, the others are ephemeral. Without a channel layer (a single process) nothing is sent.

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
MAX_UNSENT = 1000

Hint = dict[str, Any]


class Hints:
    """This process's part in the talk of its installation's processes.

    `heard` is called with what others sent, each a dict with a `kind`. `identity` is asked once for the installation's.
    """

    def __init__(self, heard: Callable[[Hint], None], identity: Callable[[], Awaitable[str]]) -> None:
        self.process = secrets.token_urlsafe(9)
        self._heard = heard
        self._identity = identity
        self._name: str | None = None
        self._heads: dict[int, int] = {}
        self._others: deque[Hint] = deque(maxlen=MAX_UNSENT)
        self._sender: asyncio.Task[None] | None = None
        self._receiver: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen, if there is a layer and nobody listens yet."""
        if get_channel_layer() is not None and (self._receiver is None or self._receiver.done()):
            self._receiver = asyncio.ensure_future(self._receive())

    def send_heads(self, heads: dict[int, int]) -> None:
        """Tell the other processes how far rooms are, soon. Never waits, never raises."""
        self._heads.update(heads)
        self._send_soon()

    def send(self, hint: Hint) -> None:
        """Tell the other processes something ephemeral, soon. Never waits, never raises; the oldest may be dropped."""
        self._others.append(hint)
        self._send_soon()

    def _send_soon(self) -> None:
        if get_channel_layer() is None:
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
                logger.warning("a hint could not be sent: %s", type(error).__name__)

    async def _group(self) -> str:
        if self._name is None:
            self._name = f"rooms.{await self._identity()}"
        return self._name

    async def _receive(self) -> None:
        layer = get_channel_layer()
        while True:
            try:
                channel = await layer.new_channel()
                await layer.group_add(await self._group(), channel)
                while True:
                    message = await layer.receive(channel)
                    if message["process"] != self.process:
                        for hint in message["hints"]:
                            self._heard({**hint, "process": message["process"]})
            except Exception as error:  # noqa: BLE001 - the layer comes back or not; events come from storage
                logger.warning("the channel layer is away: %s", type(error).__name__)
                await asyncio.sleep(AGAIN_SECONDS)
