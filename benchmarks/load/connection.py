"""A WebSocket client that costs next to nothing, so that a thousand of them in one process are not what is measured."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from typing import Any

SMALL, MEDIUM = 126, 127
CLOSE, PING, TEXT, MASKED, FINAL = 8, 9, 1, 0x80, 0x80


class Seen:
    """What a frame's payload says, worked out once for all connections that get the same one."""

    def __init__(self, payload: bytes) -> None:
        frame = json.loads(payload)
        self.frame: dict[str, Any] = frame
        self.kind: str = frame["type"]
        self.ids: tuple[str, ...] = ()
        self.numbers: tuple[int, ...] = ()
        if self.kind == "event":  # the idiomatic chat's: one message a frame
            self.ids, self.numbers = (frame["client_id"],), (frame["id"],)
        elif self.kind == "events":
            events = [event for event in frame["events"] if event["kind"] == "message"]
            self.ids = tuple(event["message"]["client_id"] for event in events)
            self.numbers = tuple(event["seq"] for event in events)
        self.ordered = all(a < b for a, b in zip(self.numbers, self.numbers[1:], strict=False))


class Frames:
    """The payloads of a run, each parsed once."""

    def __init__(self) -> None:
        self._seen: dict[bytes, Seen] = {}

    def read(self, payload: bytes) -> Seen:
        seen = self._seen.get(payload)
        if seen is None:
            if len(self._seen) > 20_000:
                self._seen.clear()
            seen = self._seen[payload] = Seen(payload)
        return seen


class Connection(asyncio.Protocol):
    """One socket. Counts the messages it was told of, and whether they came in order."""

    def __init__(self, frames: Frames, host: str, session: str) -> None:
        self._frames = frames
        self._request = (
            f"GET /ws/chat/ HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            f"Cookie: sessionid={session}\r\n\r\n"
        ).encode()
        self._buffer = bytearray()
        self._open = False
        self._transport: Any = None
        self.welcomed: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self.messages = 0
        self.last = 0
        self.disorder = 0
        self.acks: deque[dict[str, Any]] = deque()
        self.on_ack: Any = None
        self.on_messages: Any = None
        self.lost = False

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        transport.write(self._request)

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002 - theirs
        self.lost = True
        if not self.welcomed.done():
            self.welcomed.set_exception(ConnectionError("the server closed the connection before its welcome"))

    def close(self) -> None:
        """Leave."""
        self._transport.abort()

    def send(self, frame: dict[str, Any]) -> None:
        """Send a JSON frame. It is masked with zeros, as the protocol allows, and so goes out as it is."""
        payload = json.dumps(frame).encode()
        size = len(payload)
        head = bytes([FINAL | TEXT, MASKED | size]) if size < SMALL else bytes([FINAL | TEXT, MASKED | SMALL])
        if size >= SMALL:
            head += size.to_bytes(2, "big")
        self._transport.write(head + b"\0\0\0\0" + payload)

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer
        buffer += data
        start = 0
        if not self._open:
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if not buffer.startswith(b"HTTP/1.1 101"):
                self.welcomed.set_exception(ConnectionError(buffer[:100].decode("latin-1")))
                return
            self._open = True
            start = end + 4
            self.send({"type": "hello", "v": 1})
        while len(buffer) - start >= 2:
            size, body = buffer[start + 1], start + 2
            if size == SMALL:
                body = start + 4
                size = int.from_bytes(buffer[start + 2 : body], "big")
            elif size == MEDIUM:
                body = start + 10
                size = int.from_bytes(buffer[start + 2 : body], "big")
            if len(buffer) < body + size:
                break
            if buffer[start] & 0x0F == TEXT:
                self._take(bytes(buffer[body : body + size]))
            start = body + size
        del buffer[:start]

    def _take(self, payload: bytes) -> None:
        seen = self._frames.read(payload)
        if seen.numbers:
            if not seen.ordered or seen.numbers[0] <= self.last:
                self.disorder += 1
            self.last = seen.numbers[-1]
            self.messages += len(seen.numbers)
            if self.on_messages is not None:
                self.on_messages()
        elif seen.kind == "ack":
            self.on_ack(seen.frame)
        elif seen.kind == "welcome":
            self.welcomed.set_result(seen.frame)
        elif seen.kind in {"nack", "error"}:
            raise RuntimeError(f"the server refused: {seen.frame}")
