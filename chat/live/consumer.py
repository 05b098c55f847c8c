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
from chat.limits import Allowance
from chat.live import process
from chat.live.commit_queue import RETRY_MS, Lane, Nack, Operation, Outcome
from chat.live.listener import Listener
from chat.live.socket import Socket
from chat.protocol import Change, Close, Code, FrameError, Hello, History, Ping, Read, Send, Sync, Typing
from chat.queries import events, messages, rooms
from chat.queries.credentials import credential_of
from chat.queries.welcome import welcome
from storage.exceptions import StorageError
from storage.store import store

logger = logging.getLogger("chat")

HELLO_SECONDS = 10.0
MAX_LANES = 1000  # blocked ones: nobody has to be waited for in so many rooms
CHANGES = 0  # the lane of edits, deletes and reactions; a room's lane has the room's id

Event = dict[str, Any]


class ChatConsumer(AsyncConsumer):
    """Accepts sends and acknowledges client ids with server ids.

    `AsyncConsumer` would hop into a thread for every event and join a channel layer for every socket; this class reads
    its socket in one plain loop instead, and leaves other processes to the hub.
    """

    async def __call__(self, scope: Event, receive: Callable[[], Awaitable[Event]], send: Any) -> None:
        credential = credential_of(scope["user"], scope["session"])
        await receive()  # websocket.connect
        await send({"type": "websocket.accept"})
        # Accepted first, so that a browser can tell "log in again" from "network down".
        if credential is None:
            await send({"type": "websocket.close", "code": int(Close.LOG_IN)})
            return
        allowance = process.allowances.enter(credential.user)
        if allowance is None:
            await send({"type": "websocket.close", "code": int(Close.TOO_MANY)})
            return
        try:
            await self._talk(Listener(credential, scope["user"].name, Socket(send)), allowance, receive)
        finally:
            process.allowances.leave(credential.user)

    async def _talk(self, listener: Listener, allowance: Allowance, receive: Callable[[], Awaitable[Event]]) -> None:
        self.listener = listener
        self.user = listener.user
        self.name = listener.name
        self.socket = listener.socket
        self.allowance = allowance
        self.welcomed = False
        self.in_flight = 0
        self.lanes: dict[int, Lane] = {}
        deadline = asyncio.get_running_loop().call_later(HELLO_SECONDS, self._no_hello)
        try:
            while (event := await receive())["type"] == "websocket.receive":
                if allowance.frames.take():
                    self.socket.close(Close.TOO_MANY)
                if not self.socket.is_closing:
                    await self.dispatch(event)
        finally:
            deadline.cancel()
            process.hub.remove(self.listener)
            await self.socket.end()

    async def dispatch(self, message: Event) -> None:
        """Obey one frame, or say why not. Nothing a client sends ends the connection from here."""
        try:
            frame = protocol.decode(message.get("text"))
            if isinstance(frame, Hello) == self.welcomed:
                raise FrameError(Code.BAD_FRAME, "hello comes first, and once")
            if isinstance(frame, Change):
                self._change(frame)
            else:
                await self._obey(frame)
        except FrameError as error:
            self.socket.push(error.encode())
        except (StorageError, DatabaseError) as error:
            logger.warning("a %s could not be answered: %s: %s", type(frame).__name__, type(error).__name__, error)
            about = type(frame).__name__.lower(), getattr(frame, "room", None)
            self.socket.push(protocol.error(Code.STORAGE, "the database cannot answer just now, try again", *about))

    async def _obey(self, frame: Hello | Ping | Sync | History | Read | Typing) -> None:
        match frame:
            case Ping():
                self.socket.push(protocol.pong(frame.n))
            case Hello():
                await self._hello(frame)
            case Sync():
                found = await events.catch_up(self.user, frame.room, frame.after, frame.limit)
                await self._answer(found, "sync", frame.room)
            case History():
                found = await messages.page(self.user, frame)
                await self._answer(found, "history", frame.room)
            case Read():
                await rooms.mark_read(self.user, frame.room, frame.seq)
            case Typing():
                if frame.room in self.listener.rooms and not self.allowance.typing.take():
                    process.hub.typing(self.user, self.name, frame.room)

    async def _answer(self, frame: str | None, ref: str, room: int) -> None:
        await self.socket.drain()  # a client that asks for much and reads slowly waits for itself
        self.socket.push(frame or protocol.error(Code.NOT_FOUND, "there is no such room", ref, room))

    def _no_hello(self) -> None:
        if not self.welcomed:
            self.socket.close(Close.NO_HELLO)

    async def _hello(self, frame: Hello) -> None:
        if frame.v != protocol.VERSION:
            raise FrameError(Code.BAD_FRAME, f"this server speaks version {protocol.VERSION}")
        flags = {"chat_queue": await store.flag("chat_queue", self.user)}
        found = await welcome(self.listener.credential)
        if found is None:
            self.socket.close(Close.LOG_IN)  # it was let in, and logged out before it said hello
            return
        # From here on without waiting: what is committed meanwhile is either in `found` or heard live.
        self.welcomed = True
        self.socket.push(
            protocol.welcome(
                epoch=found.epoch,
                connection=secrets.token_urlsafe(6),
                user={"id": self.user, "name": self.name},
                rooms=found.rooms,
                flags=flags,
                online=sorted(process.hub.presence.people(found.heads.keys())),
            )
        )
        process.hub.add(self.listener)
        same_history = frame.epoch in {None, found.epoch}
        for room, head in found.heads.items():
            cursor = frame.rooms.get(room, head)
            if cursor > head or (not same_history and room in frame.rooms):
                self.socket.push(protocol.reset(room, head))
                cursor = head
            process.hub.join(self.listener, room, cursor, head)
        process.hub.presence.enter(self.user, self.name, self.listener.rooms)

    def _change(self, frame: Change) -> None:
        key = frame.room if isinstance(frame, Send) else CHANGES
        lane = self.lanes.setdefault(key, Lane())
        lane.in_flight += 1
        self.in_flight += 1
        process.commit_queue.put(
            Operation(
                self.user,
                frame,
                lane,
                lane.next_number(),
                lambda outcome: self._changed(key, frame, outcome),
                refused=self._refuse_for_now(),
            )
        )

    def _refuse_for_now(self) -> Nack | None:
        if self.in_flight > protocol.WINDOW:
            return Nack(Code.BUSY, "too many messages are on their way at once", retry=True)
        wait = self.allowance.sends.take()
        if wait:
            after_ms = max(RETRY_MS, int(wait * 1000))
            return Nack(Code.RATE_LIMITED, "slow down a little", retry=True, after_ms=after_ms)
        return None

    def _changed(self, key: int, frame: Change, outcome: Outcome) -> None:
        self.in_flight -= 1
        lane = self.lanes[key]
        lane.in_flight -= 1
        if lane.idle:
            del self.lanes[key]
        elif len(self.lanes) > MAX_LANES:
            self.socket.close(Close.TOO_MANY)
        if isinstance(outcome, Nack):
            after_ms = outcome.after_ms if outcome.retry else None
            self.socket.push(
                protocol.nack(frame.client_id, outcome.code, outcome.message, retry=outcome.retry, after_ms=after_ms)
            )
        else:
            self.socket.push(outcome.encode())
