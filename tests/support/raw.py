"""Raw connections to a server, for what no client of good will sends."""

from __future__ import annotations

import socket
from contextlib import closing, suppress
from typing import NamedTuple

from tests.support.server import Server

PATIENCE = 20.0


class Answer(NamedTuple):
    """What came back before the server closed, or before there was a whole head."""

    status: int
    head: bytes
    body: bytes


def connect(server: Server, source: str = "127.0.0.1") -> socket.socket:
    """A connection on which nothing was said yet. `source`: any address of the loopback network (127/8)."""
    return socket.create_connection(("127.0.0.1", server.port), PATIENCE, source_address=(source, 0))


def connect_narrowly(server: Server) -> socket.socket:
    """A connection whose system takes next to nothing before it is read."""
    connection = socket.socket()
    connection.settimeout(PATIENCE)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", server.port))
    return connection


def request(path: str, *headers: str, method: str = "GET") -> bytes:
    """The head of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin1")


def handshake(server: Server, *headers: str) -> bytes:
    """The head of a request for bob's socket."""
    cookie = f"Cookie: sessionid={server.world.people['bob'].session}"
    upgrade = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13")
    return request("/ws/chat/", *upgrade, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", cookie, *headers)


def masked(text: bytes) -> bytes:
    """A client's text frame of less than 126 bytes, masked with zeros."""
    return bytes([0x81, 0x80 | len(text)]) + bytes(4) + text


def status(connection: socket.socket) -> int:
    """The status of the answer, which is read as far as the end of its head; 0 if the server just closes."""
    head = b""
    with suppress(ConnectionResetError):
        while b"\r\n\r\n" not in head and (chunk := connection.recv(1)):
            head += chunk
    return int(head.split()[1]) if head else 0


def ask(server: Server, *parts: bytes, source: str = "127.0.0.1") -> Answer:
    """Send all that, as far as the server takes it, and read until it closes."""
    with closing(connect(server, source)) as connection:
        with suppress(ConnectionError):
            for part in parts:
                connection.sendall(part)
        return read(connection)


def read(connection: socket.socket) -> Answer:
    """Read until the server closes the connection; fails after `PATIENCE` seconds."""
    received = b""
    with suppress(ConnectionResetError):
        while chunk := connection.recv(65536):
            received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    return Answer(int(head.split()[1]) if head else 0, head, body)


def is_closed(connection: socket.socket) -> bool:
    """Wait until the server closes; True if it said nothing before."""
    with suppress(ConnectionResetError):
        return connection.recv(1) == b""
    return True
