"""What is on the same connection before, in and behind an upload's body."""

from __future__ import annotations

import socket
from contextlib import closing, suppress

from chat.http.exchange import LINGER_BYTES
from tests.support.raw import connect, read, request, status
from tests.uploads.test_tus import half_of, head_of, is_locked, wait_for
from tests.uploads.tus import BASE, Tus, headers, kept

NEXT = request("/healthz", "Connection: close")


def test_what_stands_behind_a_body_is_the_next_request(server, bob, room):
    path = bob.begun(room, 10)
    with closing(connect(server)) as connection:
        connection.sendall(head_of(server, path, 10) + b"0123456789" + NEXT)
        said = read(connection)
    assert said.status == 204
    assert (said.head + said.body).count(b"HTTP/1.1 ") == 2
    assert said.body.endswith(b'{"status": "ok"}')
    assert kept(server, path) == b"0123456789"


def test_what_is_left_of_a_body_that_was_refused_is_no_request(server):
    told = [f"{name}: {value}" for name, value in headers(server, "bob").items() if name != "Cookie"]
    head = request(BASE, *told, "Content-Length: 100000000", method="POST")
    with closing(connect(server)) as connection:
        connection.sendall(head)
        assert status(connection) == 401
        with suppress(ConnectionError):  # more than is thrown away before the server has enough of it
            connection.sendall(request("/healthz") * (2 * LINGER_BYTES // len(request("/healthz"))))
        assert b"HTTP/1.1 " not in all_of(connection)


def all_of(connection: socket.socket) -> bytes:
    """Whatever comes until the server closes."""
    received = b""
    with suppress(ConnectionError):
        while some := connection.recv(65536):
            received += some
    return received


def test_who_asks_first_is_told_to_go_on(server, bob, room):
    path = bob.begun(room, 10)
    with closing(connect(server)) as connection:
        connection.sendall(head_of(server, path, 10, "Expect: 100-continue", "Connection: close"))
        assert connection.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"0123456789")
        assert read(connection).status == 204
    assert kept(server, path) == b"0123456789"


def test_chunks_that_are_none_end_the_request_and_the_upload_goes_on(server, bob, room):
    path = bob.begun(room, 10)
    head = head_of(server, path, 10).replace(b"Content-Length: 10", b"Transfer-Encoding: chunked")
    with closing(connect(server)) as connection:
        connection.sendall(head + b"5\r\n01234\r\nno number\r\n")
        assert read(connection).status == 400
    wait_for(lambda: _goes_on(bob, path))
    assert kept(server, path) == b"0123456789"


def _goes_on(bob: Tus, path: str) -> bool:
    offset = bob.offset(path)
    return bob.send(path, offset, b"0123456789"[offset:]).status_code == 204


def test_a_server_that_is_stopped_leaves_what_came(server, bob, room):
    path = bob.begun(room, 10)
    assert bob.send(path, 0, b"").status_code == 204
    with closing(connect(server)) as connection:
        connection.sendall(half_of(server, path))
        wait_for(lambda: is_locked(server.var / "uploads" / path.removeprefix(BASE)))
        server.restart()
    assert bob.offset(path) in {0, 5}
    assert _goes_on(bob, path)
    assert kept(server, path) == b"0123456789"
