"""Hints between processes through the channel layer: "room 7 is at 120". A process takes part once, not per socket.

The layer may drop, delay or reorder hints, or be away: the hub's look at the heads repairs that. Without a channel
layer (a single process) nothing is sent.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from channels.layers import get_channel_layer

logger = logging.getLogger("chat")

GROUP = "rooms"
AGAIN_SECONDS = 1.0


class Hints:
    """This process's part. `heard` is called with `{room: head}` for what others sent."""

    def __init__(self, heard: Callable[[dict[int, int]], None]) -> None:
        self._heard = heard
        self._unsent: dict[int, int] = {}
        self._sender: asyncio.Task[None] | None = None
        self._receiver: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen, if there is a layer and nobody listens yet."""
        if get_channel_layer() is not None and (self._receiver is None or self._receiver.done()):
            self._receiver = asyncio.ensure_future(self._receive())

    def send(self, heads: dict[int, int]) -> None:
        """Tell the other processes, soon. Never waits, never raises."""
        if get_channel_layer() is None:
            return
        self._unsent.update(heads)
        if self._sender is None or self._sender.done():
            self._sender = asyncio.ensure_future(self._send())

    async def _send(self) -> None:
        layer = get_channel_layer()
        while self._unsent:
            heads, self._unsent = self._unsent, {}
            try:
                await layer.group_send(GROUP, {"heads": [list(item) for item in heads.items()]})
            except Exception as error:  # noqa: BLE001 - whatever ails the layer, a hint is only a hint
                logger.warning("a hint could not be sent: %s", type(error).__name__)

    async def _receive(self) -> None:
        layer = get_channel_layer()
        while True:
            try:
                channel = await layer.new_channel()
                await layer.group_add(GROUP, channel)
                while True:
                    message = await layer.receive(channel)
                    self._heard(dict(message["heads"]))
            except Exception as error:  # noqa: BLE001 - the layer comes back or not; events come from storage
                logger.warning("the channel layer is away: %s", type(error).__name__)
                await asyncio.sleep(AGAIN_SECONDS)
