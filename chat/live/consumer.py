"""One client's connection: its socket, its conversation, and the process that both are part of."""

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
from chat.live.conversation import Conversation, Ended
from chat.live.lanes import answer
from chat.live.listener import Listener
from chat.live.operation import Outcome
from chat.live.socket import Socket
from chat.protocol import Ack, Change, Close, Code, Delete, FrameError, Hello, History, Ping, Read, Sync, Typing
from chat.queries import events, messages, rooms
from chat.queries.credentials import credential_of
from chat.queries.welcome import welcome
from storage.exceptions import StorageError
from storage.store import store

logger = logging.getLogger("chat")

HELLO_SECONDS = 10.0

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
        self.known: Callable[[], None] = scope.get("known", _nothing)
        try:
            await self._talk(Listener(credential, scope["user"].name, Socket(send)), allowance, receive)
        finally:
            process.allowances.leave(credential.user)

    async def _talk(self, listener: Listener, allowance: Allowance, receive: Callable[[], Awaitable[Event]]) -> None:
        self.listener = listener
        self.user = listener.user
        self.socket = listener.socket
        self.conversation = Conversation(listener.user, allowance)
        deadline = asyncio.get_running_loop().call_later(HELLO_SECONDS, self._no_hello)
        try:
            while (event := await receive())["type"] == "websocket.receive":
                if not self.socket.is_closing:
                    await self.dispatch(event)
        finally:
            deadline.cancel()
            process.hub.remove(self.listener)
            await self.socket.end()

    def _no_hello(self) -> None:
        if not self.conversation.welcomed:
            self.socket.close(Close.NO_HELLO)

    async def dispatch(self, message: Event) -> None:
        """Obey one frame, or say why not. Nothing a client sends ends the connection from here, but too much of it."""
        try:
            frame = self.conversation.receive(message.get("text"))
            if isinstance(frame, Change):
                self._change(frame)
            elif frame is not None:
                await self._obey(frame)
        except Ended as end:
            self.socket.close(end.code)
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
                if await rooms.mark_read(self.user, frame.room, frame.seq):
                    await process.hub.read_positions.moved(self.listener, frame.room)
            case Typing():
                if frame.room in self.listener.rooms:
                    process.hub.typing(self.user, self.listener.name, frame.room)

    async def _answer(self, frame: str | None, ref: str, room: int) -> None:
        await self.socket.drain()  # a client that asks for much and reads slowly waits for itself
        self.socket.push(frame or protocol.error(Code.NOT_FOUND, "there is no such room", ref, room))

    async def _hello(self, frame: Hello) -> None:
        flags = {"chat_queue": await store.flag("chat_queue", self.user)}
        changes = process.hub.changes
        found = await welcome(self.listener.credential)
        if found is None:
            self.socket.close(Close.LOG_IN)  # it was let in, and logged out before it said hello
            return
        # From here on without waiting: what is committed meanwhile is either in `found` or heard live.
        cursors = self.conversation.welcome(frame, found.epoch, found.heads)
        self.known()
        self.socket.push(
            protocol.welcome(
                epoch=found.epoch,
                connection=secrets.token_urlsafe(6),
                user={"id": self.user, "name": self.listener.name},
                rooms=found.rooms,
                flags=flags,
                online=sorted(process.hub.presence.people(found.heads.keys())),
            )
        )
        self.listener.seen = found.revisions
        process.hub.heard_epoch(found.epoch)
        process.hub.add(self.listener)
        if frame.epoch == found.epoch and None in cursors.values():
            process.cut_history.reported(self.user, found.epoch)
        for room, cursor in cursors.items():
            head = found.heads[room]
            if cursor is None:
                self.socket.push(protocol.reset(room, head))
            process.hub.join(self.listener, room, head if cursor is None else cursor, head)
        process.hub.presence.enter(self.user, self.listener.name, self.listener.rooms)
        if process.hub.changes != changes:
            await process.hub.look_at(self.user)

    def _change(self, frame: Change) -> None:
        process.commit_queue.put(self.conversation.lanes.begin(frame, lambda outcome: self._changed(frame, outcome)))

    def _changed(self, frame: Change, outcome: Outcome) -> None:
        if isinstance(frame, Delete) and isinstance(outcome, Ack):
            process.sweep.soon()  # its files went with it
        if self.conversation.lanes.too_many:
            self.socket.close(Close.TOO_MANY)
        self.socket.push(answer(frame, outcome))


def _nothing() -> None:
    """Where nothing counts strangers' connections, nothing has to be told that this one is a member's."""
