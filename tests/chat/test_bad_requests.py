"""Requests that carry too much, or that two readers could understand in two ways, on both servers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.support.raw import ask, connect, handshake, read, request
from tests.support.server import Server

pytestmark = pytest.mark.any_engine("such requests reach no database")

FORM = "application/x-www-form-urlencoded"
CLOSE = "Connection: close"
MEGABYTE = b"x" * 1_000_000


@pytest.fixture(scope="module", params=["daphne", "uvicorn"])
def server(world, tmp_path_factory, request) -> Iterator[Server]:
    """One of each kind for the whole module, with a temporary folder of its own."""
    folder = tmp_path_factory.mktemp("bad")
    (folder / "tmp").mkdir()
    server = Server(world, folder / "server", SERVER=request.param, TMPDIR=str(folder / "tmp"))
    server.start()
    yield server
    server.stop()
    server.check_log()


def temporary_files(server: Server) -> list[str]:
    """Files that it has open, deleted ones too, in the temporary folder; and what lies there."""
    folder = server._env["TMPDIR"]
    open_ones = []
    assert server._process is not None
    for descriptor in Path(f"/proc/{server._process.pid}/fd").iterdir():
        try:
            open_ones.append(str(descriptor.readlink()))
        except FileNotFoundError:
            continue
    return [name for name in open_ones if name.startswith(folder)] + [str(path) for path in Path(folder).iterdir()]


@pytest.mark.parametrize("path", ["/", "/login/", "/api/rooms/", "/nowhere", "/static/x.js"])
def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_sent(server, path):
    answer = ask(server, request(path, "Content-Length: 600000000", method="POST"))
    assert answer.status == 413
    assert b"connection: close" in answer.head.lower()
    if path.startswith("/api/"):
        assert json.loads(answer.body)["code"] == "too_large"


def test_nobody_is_told_to_go_on_with_a_body_that_is_too_large(server):
    answer = ask(server, request("/login/", "Content-Length: 600000000", "Expect: 100-continue", method="POST"))
    assert answer.status == 413


def test_a_body_that_becomes_too_large_is_refused_on_the_way_and_leaves_nothing(server):
    chunk = b"%x\r\n%s\r\n" % (len(MEGABYTE), MEGABYTE)
    with closing(connect(server)) as connection:
        connection.sendall(request("/login/", "Transfer-Encoding: chunked", method="POST") + chunk + chunk)
        assert temporary_files(server) == []
        answer = read(connection)
    assert answer.status == 413
    assert b"connection: close" in answer.head.lower()
    assert temporary_files(server) == []


def test_a_client_that_does_not_stop_sending_is_cut_off(server):
    with closing(connect(server)) as connection:
        connection.sendall(request("/login/", "Content-Length: 600000000", method="POST"))
        taken = 0
        with suppress(ConnectionError):
            while taken < 600:
                connection.sendall(MEGABYTE)
                taken += 1
    assert taken < 100
    assert temporary_files(server) == []


def test_a_body_as_large_as_allowed_is_taken_without_a_file(server):
    form = b"username=bob&password=" + b"x" * (1_000_000 - len("username=bob&password="))
    headers = (f"Content-Type: {FORM}", f"Content-Length: {len(form)}", CLOSE)
    with closing(connect(server)) as connection:
        connection.sendall(request("/login/", *headers, method="POST") + form[:-1])
        assert temporary_files(server) == []
        connection.sendall(form[-1:])
        assert read(connection).status == 403  # no CSRF token: Django has looked at it


AMBIGUOUS = {
    "both a length and chunks": ["Content-Length: 5", "Transfer-Encoding: chunked"],
    "chunks and a length": ["Transfer-Encoding: chunked", "Content-Length: 5"],
    "two lengths": ["Content-Length: 5", "Content-Length: 6"],
    "the same length twice": ["Content-Length: 5", "Content-Length: 5"],
    "two lengths in one": ["Content-Length: 5, 6"],
    "a length with a sign": ["Content-Length: +5"],
    "a length below nothing": ["Content-Length: -5"],
    "a length in hexadecimal": ["Content-Length: 0x5"],
    "a length of 5,000 digits": ["Content-Length: " + "9" * 5_000],
    "an unknown encoding": ["Transfer-Encoding: gzip, chunked"],
    "no encoding": ["Transfer-Encoding: identity"],
    "an encoding in disguise": ["Transfer-Encoding: xchunked"],
    "two encodings": ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
    "a header that goes on": ["X-One: 1", " Transfer-Encoding: chunked", "Content-Length: 5"],
    "an encoding that goes on": ["Transfer-Encoding:", " chunked"],
    "a blank before the colon": ["Content-Length : 5"],
    "a header without a colon": ["Content-Length"],
    "a null in a header": ["X-One: a\0b"],
}


@pytest.mark.parametrize("headers", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
def test_a_request_that_can_be_read_in_two_ways_is_refused(server, headers):
    smuggled = b"0\r\n\r\n" + request("/healthz", CLOSE)
    answer = ask(server, request("/login/", *headers, method="POST") + smuggled)
    assert answer.status in {400, 501}
    assert b"HTTP/1.1" not in answer.body, "and nothing of what follows is answered"


@pytest.mark.parametrize(
    "chunk",
    [b"-5\r\nhello\r\n", b"0x5\r\nhello\r\n", b"5 5\r\nhello\r\n", b"zz\r\n", b"5\r\nhelloXX", b"f" * 40 + b"\r\n"],
)
def test_chunks_of_no_size_are_refused(server, chunk):
    answer = ask(server, request("/login/", "Transfer-Encoding: chunked", method="POST") + chunk + b"\r\n0\r\n\r\n")
    assert answer.status in {400, 413}
    assert b"HTTP/1.1" not in answer.body


UNREADABLE = {
    "path": b"GET /caf\xe9/\xff HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "query": b"GET /?x=\xff HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "host": b"GET / HTTP/1.1\r\nHost: local\xffhost\r\nConnection: close\r\n\r\n",
    "header name": b"GET / HTTP/1.1\r\nHost: localhost\r\nX-\xff: 1\r\nConnection: close\r\n\r\n",
    "method": b"G\xffT / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "version": b"GET / HTTP/\xff.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
}


@pytest.mark.parametrize("sent", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_no_utf_8_is_a_bad_request(server, sent):
    assert ask(server, sent).status == 400


HARMLESS = {
    "path in per cent": request("/%ff%fe/", CLOSE),
    "query in per cent": request("/login/?next=%ff%fe&%ff=%00", CLOSE),
    "search in per cent": request("/api/search/?text=%ff", CLOSE),
    "cookie": request("/", "Cookie: sessionid=\xff\xfe; csrftoken=\xff", CLOSE),
    "null in a cookie": request("/", "Cookie: sessionid=%00%ff", CLOSE),
    "languages": request("/login/", "Accept-Language: \xff\xfe", "User-Agent: \xff", CLOSE),
    "forwarded": request("/login/", "X-Forwarded-For: \xff\xfe", CLOSE),
    "session of no utf-8": request("/metrics", "Cookie: sessionid=\xc3\x28", "Authorization: Bearer \xff", CLOSE),
    "form": request(
        "/login/", "Content-Type: application/x-www-form-urlencoded; charset=\xff", "Content-Length: 3", CLOSE
    )
    + b"\xff\xfe=",
}


@pytest.mark.parametrize("sent", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_is_no_utf_8_where_it_means_nothing_does_no_harm(server, sent):
    assert ask(server, sent).status in {200, 302, 400, 401, 403, 404}


@pytest.mark.parametrize("bad", ["Cookie: sessionid=\xff", "Origin: \xff", "Sec-WebSocket-Protocol: \xff", "X-\xff: 1"])
def test_a_handshake_of_no_utf_8_leaves_no_traceback(server, bad):
    assert ask(server, handshake(server, bad)).status in {400, 403}


def test_the_log_has_no_traceback_after_all_that(server):
    with server.browser() as browser:
        assert browser.get("/healthz").status_code == 200
    server.check_log()
