"""One client's connection: decode a frame, act, encode the answer."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from channels.consumer import AsyncConsumer
from django.db import DatabaseError

from chat import protocol
from chat.commit_queue import RETRY_MS, CommitQueue, Lane, Nack, Operation, Outcome
from chat.hub import Hub, Listener
from chat.protocol import Close, Code, FrameError, Hello, History, Ping, Read, Send, Sync
from chat.queries import events, messages, rooms
from chat.socket import Socket
from storage.exceptions import StorageError
from storage.store import store

logger = logging.getLogger("chat")

HELLO_SECONDS = 10.0

hub = Hub()
commit_queue = CommitQueue(hub.publish)

Event = dict[str, Any]


class ChatConsumer(AsyncConsumer):
    """Accepts sends and acknowledges client ids with server ids.

    `AsyncConsumer` would hop into a thread for every event and join a channel layer for every socket; this class reads
    its socket in one plain loop instead, and leaves other processes to the hub.
    """

    async def __call__(self, scope: Event, receive: Callable[[], Awaitable[Event]], send: Any) -> None:
        user = scope["user"]
        await receive()  # websocket.connect
        await send({"type": "websocket.accept"})
        if not user.is_authenticated:
            # Accepted first, so that a browser can tell "log in again" from "network down".
            await send({"type": "websocket.close", "code": int(Close.LOG_IN)})
            return
        self.user: int = user.pk
        self.name: str = user.name
        self.socket = Socket(send)
        self.listener = Listener(self.user, self.socket)
        self.welcomed = False
        self.in_flight = 0
        self.lanes: dict[int, Lane] = {}
        deadline = asyncio.get_running_loop().call_later(HELLO_SECONDS, self._no_hello)
        try:
            while (event := await receive())["type"] == "websocket.receive":
                await self.dispatch(event)
        finally:
            deadline.cancel()
            hub.remove(self.listener)
            await self.socket.end()

    async def dispatch(self, message: Event) -> None:
        """Obey one frame, or say why not. Nothing a client sends ends the connection from here."""
        try:
            frame = protocol.decode(message.get("text"))
            if isinstance(frame, Hello) == self.welcomed:
                raise FrameError(Code.BAD_FRAME, "hello comes first, and once")
            await self._obey(frame)
        except FrameError as error:
            self.socket.push(error.encode())
        except (StorageError, DatabaseError) as error:
            logger.warning("a %s could not be answered: %s: %s", type(frame).__name__, type(error).__name__, error)
            self.socket.push(protocol.error(Code.STORAGE, "the database cannot answer just now, try again"))

    async def _obey(self, frame: protocol.ClientFrame) -> None:
        match frame:
            case Send():
                self._send(frame)
            case Ping():
                self.socket.push(protocol.pong(frame.n))
            case Hello():
                await self._hello(frame)
            case Sync():
                found = await events.catch_up(self.user, frame.room, frame.after, frame.limit)
                self.socket.push(_or_not_found(found))
            case History():
                found = await messages.page(self.user, frame.room, frame.before, frame.limit)
                self.socket.push(_or_not_found(found))
            case Read():
                await rooms.mark_read(self.user, frame.room, frame.seq)

    def _no_hello(self) -> None:
        if not self.welcomed:
            self.socket.close(Close.NO_HELLO)

    async def _hello(self, frame: Hello) -> None:
        if frame.v != protocol.VERSION:
            raise FrameError(Code.BAD_FRAME, f"this server speaks version {protocol.VERSION}")
        epoch = await rooms.epoch()
        flags = {"chat_queue": await store.flag("chat_queue", self.user)}
        rooms_json, heads = await rooms.rooms_of(self.user)
        # From here on without waiting: what is committed meanwhile is either in `heads` or heard live.
        self.welcomed = True
        self.socket.push(
            protocol.welcome(
                epoch=epoch,
                connection=secrets.token_urlsafe(6),
                user={"id": self.user, "name": self.name},
                rooms=rooms_json,
                flags=flags,
            )
        )
        hub.add(self.listener)
        same_history = frame.epoch in {None, epoch}
        for room, head in heads.items():
            cursor = frame.rooms.get(room, head)
            if cursor > head or (not same_history and room in frame.rooms):
                self.socket.push(protocol.reset(room, head))
                cursor = head
            hub.join(self.listener, room, cursor, head)

    def _send(self, frame: Send) -> None:
        lane = self.lanes.setdefault(frame.room, Lane())
        operation = Operation(self.user, frame, lane, lane.next_number(), lambda outcome: self._sent(frame, outcome))
        lane.in_flight += 1
        self.in_flight += 1
        if self.in_flight > protocol.WINDOW:
            lane.block(operation)
            operation.done(Nack(Code.BUSY, "too many messages are on their way at once", retry=True))
        else:
            commit_queue.put(operation)

    def _sent(self, frame: Send, outcome: Outcome) -> None:
        self.in_flight -= 1
        lane = self.lanes[frame.room]
        lane.in_flight -= 1
        if lane.idle:
            del self.lanes[frame.room]
        if isinstance(outcome, Nack):
            code, message, retry = outcome
            after_ms = RETRY_MS if retry else None
            self.socket.push(protocol.nack(frame.client_id, code, message, retry=retry, after_ms=after_ms))
        else:
            self.socket.push(outcome.encode())


def _or_not_found(frame: str | None) -> str:
    return frame or protocol.error(Code.NOT_FOUND, "there is no such room")
