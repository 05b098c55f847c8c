"""Who may open a socket: pages of this very site, for people who are logged in. Against a real server."""

from __future__ import annotations

import asyncio
import base64
import secrets

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Origin

from tests.support.client import Closed


async def handshake(server, *headers: bytes, path: bytes = b"/ws/chat/", host: bytes = b"") -> int:
    """Ask for an upgrade byte by byte, as no library would, and return the status of the answer."""
    host = host or f"127.0.0.1:{server.port}".encode()
    session = server.world.people["bob"].session.encode()
    key = base64.b64encode(secrets.token_bytes(16))
    lines = [b"GET " + path + b" HTTP/1.1", b"Host: " + host, b"Upgrade: websocket", b"Connection: Upgrade"]
    lines += [b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Key: " + key, b"Cookie: sessionid=" + session, *headers]
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"\r\n".join(lines) + b"\r\n\r\n")
    async with asyncio.timeout(20):
        status = (await reader.readline()).split(b" ")[1]
    writer.close()
    await writer.wait_closed()
    return int(status)


async def test_this_sites_own_pages_may(server):
    own = f"http://127.0.0.1:{server.port}".encode()
    assert await handshake(server, b"Origin: " + own) == 101


async def test_a_host_in_capitals_is_the_same_host(server):
    port = b":%d" % server.port
    assert await handshake(server, b"Origin: HTTP://LOCALHOST" + port, host=b"localhost" + port) == 101
    assert await handshake(server, b"Origin: http://localhost" + port, host=b"LocalHost" + port) == 101


FOREIGN = [
    b"http://127.0.0.1",
    b"http://127.0.0.1:1",
    b"http://127.0.0.1:PORT0",
    b"http://localhost:PORT",
    b"http://example.org",
    b"http://example.org:PORT",
    b"https://127.0.0.1:PORT",
    b"ws://127.0.0.1:PORT",
    b"file://127.0.0.1:PORT",
    b"file://",
    b"chrome-extension://127.0.0.1:PORT",
    b"null",
    b"NULL",
    b"http://127.0.0.1:PORT.example.org",
    b"http://127.0.0.1.example.org:PORT",
    b"http://127.0.0.1:PORT@example.org",
    b"http://example.org@127.0.0.1:PORT",
    b"http://bob@127.0.0.1:PORT",
    b"http://127.0.0.1:PORT/",
    b"http://127.0.0.1:PORT/ws/chat/",
    b"http://127.0.0.1:PORT?",
    b"http://127.0.0.1:PORT#",
    b"http://127.0.0.1:PORT, http://127.0.0.1:PORT",
    b"http://127.0.0.1:PORT http://example.org",
    b"http:127.0.0.1:PORT",
    b"127.0.0.1:PORT",
    b"//127.0.0.1:PORT",
    b"http://127.1:PORT",
    b"http://2130706433:PORT",
    b"http://[::1]:PORT",
    b"http://[::ffff:127.0.0.1]:PORT",
    b"http://127.0.0.1.:PORT",
]
MALFORMED = [
    b"",
    b" ",
    b"foo",
    b"foo://",
    b"http",
    b"http:",
    b"http://",
    b"http://:PORT",
    b"http:///",
    b"://127.0.0.1:PORT",
    b"http://127.0.0.1:port",
    b"http://127.0.0.1:99999",
    b"http://127.0.0.1:-1",
    b"http://127.0.0.1:",
    b"http://[::1",
    b"http://[zz]:PORT",
    b"http://\xff\xfe:PORT",
    b"\xff\xfe\xfd",
    b"http://127.0.0.1:PORT\xc2\xa0",
    b"http://%31%32%37.0.0.1:PORT",
    b"http://\xe2\x91\xa0.example:PORT",
    b"x" * 10_000,
]


@pytest.mark.parametrize("origin", FOREIGN + MALFORMED, ids=lambda origin: repr(origin[:40])[2:-1])
async def test_any_other_origin_is_forbidden(server, origin):
    assert await handshake(server, b"Origin: " + origin.replace(b"PORT", str(server.port).encode())) == 403


async def test_no_origin_is_forbidden(server):
    assert await handshake(server) == 403


async def test_two_origins_are_forbidden(server):
    own = f"http://127.0.0.1:{server.port}".encode()
    assert await handshake(server, b"Origin: " + own, b"Origin: " + own) == 403
    assert await handshake(server, b"Origin: " + own, b"Origin: http://example.org") == 403


@pytest.mark.parametrize(
    "host", [b"example.org", b"example.org:PORT", b"127.0.0.1:PORT.example.org", b"\xff", b"@", b"[::"]
)
async def test_a_host_that_is_not_ours_is_refused_even_where_the_origin_agrees(server, host):
    host = host.replace(b"PORT", str(server.port).encode())
    assert await handshake(server, b"Origin: http://" + host, host=host) in {400, 403}


@pytest.mark.parametrize(
    "path", [b"/ws/", b"/ws/chat", b"/ws/chat/2/", b"/", b"/ws/chat/%00", b"/ws/%ff/", b"/ws/\xff/"]
)
async def test_any_other_path_is_refused(server, path):
    own = f"http://127.0.0.1:{server.port}".encode()
    assert 400 <= await handshake(server, b"Origin: " + own, path=path) < 500


async def test_odd_headers_are_nobodys_trouble(server):
    own = f"http://127.0.0.1:{server.port}".encode()
    for header in (
        b"Cookie: sessionid=\xff\xfe",
        b"Sec-WebSocket-Protocol: \xff",
        b"X-\xff: 1",
        b"Sec-WebSocket-Extensions: \xff",
    ):
        assert await handshake(server, b"Origin: " + own, header) < 500, header


async def closes_with(address: str, **headers: str) -> int | None:
    """The close code of a connection that was accepted first."""
    url = address.replace("http", "ws", 1) + "/ws/chat/"
    async with connect(url, origin=Origin(address), additional_headers=headers, proxy=None) as connection:
        async with asyncio.timeout(20):
            await connection.wait_closed()
        return connection.close_code


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Cookie": "sessionid=made-up"},
        {"Cookie": "sessionid="},
        {"Cookie": "a=b; sessionid='; DROP TABLE chat_user"},
    ],
    ids=str,
)
async def test_a_visitor_without_a_session_is_accepted_and_told_to_log_in(server, headers):
    assert await closes_with(server.address, **headers) == 4401


async def test_a_session_that_was_logged_out_is_told_to_log_in(start_server):
    server = start_server()
    with server.browser("carla") as carla:
        page = carla.get("/")
        token = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        assert carla.post("/logout/", data={"csrfmiddlewaretoken": token}).status_code == 302
    with pytest.raises(Closed) as closed:
        await server.client("carla").connect()
    assert closed.value.code == 4401
