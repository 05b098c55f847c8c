"""Connections that take up room and say nothing, or say it slowly, on both servers."""

from __future__ import annotations

import time
from contextlib import AsyncExitStack, ExitStack, closing

import pytest

from chat.addresses import client_networks
from chat.live import process
from chat.live.neighbours import Neighbours
from chat.servers.door import AT_ONCE
from chat.servers.visitors import Strangers
from tests.support.raw import ask, connect, connect_narrowly, handshake, is_closed, masked, read, request, status

pytestmark = pytest.mark.any_engine("who says nothing reaches no database")

FEW_DESCRIPTORS = (
    "-c",
    # Half of the 500 remain for connections.
    """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (400, 500))
sys.argv[0] = "manage.py"
runpy.run_path("manage.py", run_name="__main__")
""",
)
LARGE = "/static/frontend/vendor/emoji-picker-element-data/en/emojibase/data.json"
HELLO = masked(b'{"type":"hello","v":1,"rooms":{}}')
HEALTH = request("/healthz", "Connection: close")
BOTH = pytest.mark.parametrize("kind", ["daphne", "uvicorn"])


@BOTH
def test_silent_connections_of_one_address_leave_room_for_others(start_server, kind):
    server = start_server(SERVER=kind, CONNECTIONS_PER_ADDRESS="100", program=FEW_DESCRIPTORS)
    with ExitStack() as held:
        silent = [held.enter_context(closing(connect(server))) for _ in range(400)]
        assert all(is_closed(connection) for connection in silent[100:])
        assert ask(server, HEALTH, source="127.0.0.2").status == 200
        assert ask(server, HEALTH).status == 0, "their own address has to wait"
    assert ask(server, HEALTH, source="127.0.0.2").status == 200
    assert server.log.count("turned away") == 1


@BOTH
async def test_silent_connections_from_everywhere_take_nothing_from_those_who_are_in(start_server, kind):
    server = start_server(SERVER=kind, CONNECTIONS_PER_ADDRESS="100", REQUEST_SECONDS="3", program=FEW_DESCRIPTORS)
    room = server.new_room()
    async with server.client("bob") as bob, server.client("carla") as carla:
        with ExitStack() as held:
            silent = [
                held.enter_context(closing(connect(server, f"127.0.1.{number % 50 + 1}"))) for number in range(700)
            ]
            said = await bob.say(room, "Still here.")
            await carla.until_seen(room, said["seq"])
            assert all(is_closed(connection) for connection in silent), "some at once, the others when their time is up"
        assert ask(server, HEALTH).status == 200
    assert len(server.log) < 10_000, server.log[:10_000]


@BOTH
def test_who_sends_a_head_or_a_body_slowly_is_cut_off(start_server, kind):
    server = start_server(SERVER=kind, REQUEST_SECONDS="1")
    with closing(connect(server)) as head, closing(connect(server)) as body, closing(connect(server)) as silent:
        for connection in (head, body, silent):
            connection.settimeout(0.1)
        sent = {head: b"GET / HTTP/1.1\r\nX-Slow: ", body: request("/login/", "Content-Length: 9999", method="POST")}
        open_ones = {head, body, silent}
        for connection, beginning in sent.items():
            connection.sendall(beginning)
        for _ in range(200):
            for connection in list(open_ones):
                try:
                    if connection in sent:
                        connection.sendall(b"a")
                    if not connection.recv(1):
                        open_ones.remove(connection)
                except TimeoutError:
                    continue
                except ConnectionError:
                    open_ones.remove(connection)
            if not open_ones:
                break
        assert not open_ones
    assert ask(server, HEALTH).status == 200


@BOTH
def test_who_is_slow_with_the_second_request_is_cut_off_too(start_server, kind):
    server = start_server(SERVER=kind, REQUEST_SECONDS="1")
    with closing(connect(server)) as connection:
        connection.sendall(request("/healthz") + b"GET / HTTP/1.1\r\nX-Slow: ")
        assert read(connection).status == 200


@BOTH
def test_browsers_do_not_keep_connections_for_long_that_others_behind_their_address_need(start_server, kind):
    server = start_server(SERVER=kind, REQUEST_SECONDS="3600", CONNECTIONS_PER_ADDRESS="6")
    with ExitStack() as held:
        kept = [held.enter_context(closing(connect(server))) for _ in range(6)]
        for connection in kept:
            connection.sendall(request("/healthz"))
        assert [read(connection).status for connection in kept] == [200] * 6, "read until the server closes"
        assert ask(server, HEALTH).status == 200


@BOTH
def test_whoever_keeps_sending_has_the_time_it_takes(start_server, kind):
    server = start_server(SERVER=kind, REQUEST_SECONDS="1")
    form = request("/login/", "Content-Length: 900000", "Connection: close", method="POST")
    with closing(connect(server)) as connection:
        connection.sendall(form)
        for _ in range(9):
            connection.settimeout(0.3)
            with pytest.raises(TimeoutError):
                connection.recv(1)
            connection.sendall(b"x" * 100_000)
        connection.settimeout(20)
        assert read(connection).status == 403


@BOTH
def test_whoever_keeps_reading_has_the_time_it_takes(start_server, kind):
    server = start_server(SERVER=kind, REQUEST_SECONDS="1")
    with closing(connect_narrowly(server)) as connection:
        connection.sendall(request(LARGE, "Connection: close"))
        taken = b""
        while chunk := connection.recv(16_384):
            taken += chunk
            time.sleep(0.1)  # a slow line: this is what is tested
    assert len(taken) > 400_000
    assert taken.endswith(b"]")


@BOTH
def test_who_does_not_take_the_answers_takes_up_nobodys_room(start_server, kind):
    server = start_server(SERVER=kind)
    with ExitStack() as held:
        for _ in range(AT_ONCE):
            connection = held.enter_context(closing(connect_narrowly(server)))
            connection.sendall(request(LARGE) * 20)  # more than the system takes off the server's hands
        for _ in range(100):
            assert ask(server, request("/login/", "Connection: close")).status == 200


@BOTH
def test_what_a_proxy_says_of_visitors_counts_only_where_there_must_be_one(start_server, kind):
    server = start_server(SERVER=kind, CONNECTIONS_PER_ADDRESS="5")
    with ExitStack() as held:
        for number in range(8):
            connection = held.enter_context(closing(connect(server)))
            connection.sendall(handshake(server, "Origin: http://localhost", f"X-Forwarded-For: 192.0.2.{number}"))
            assert status(connection) == 101
            connection.sendall(HELLO)
            assert connection.recv(1), "a member's, which no longer counts"


@BOTH
async def test_sockets_without_a_hello_count_and_members_do_not(start_server, kind):
    server = start_server(SERVER=kind, CONNECTIONS_PER_ADDRESS="5")
    async with AsyncExitStack() as held:
        members = [await held.enter_async_context(server.client("bob")) for _ in range(12)]
        for _ in range(5):
            connection = held.enter_context(closing(connect(server)))
            connection.sendall(handshake(server, "Origin: http://localhost"))
            assert status(connection) == 101
        assert ask(server, HEALTH).status == 0
        for member in members:
            await member.is_alive()


@BOTH
def test_behind_a_proxy_it_is_the_visitor_who_is_counted(start_server, kind):
    server = start_server(SERVER=kind, CONNECTIONS_PER_ADDRESS="3", HTTPS="1", ALLOWED_HOSTS="localhost")
    with ExitStack() as held:

        def open_socket(visitor: str) -> int:
            connection = held.enter_context(closing(connect(server)))
            headers = (f"X-Forwarded-For: {visitor}", "X-Forwarded-Proto: https", "Origin: https://localhost")
            connection.sendall(handshake(server, *headers))
            return status(connection)

        def ask_for_login(visitor: str) -> int:
            headers = (f"X-Forwarded-For: {visitor}", "X-Forwarded-Proto: https", "Connection: close")
            return ask(server, request("/login/", *headers)).status

        assert [open_socket(f"10.0.0.1, 192.0.2.1:{4000 + number}") for number in range(4)] == [101] * 3 + [403]
        assert open_socket("[2001:db8::1]:443") == 101
        assert ask_for_login("192.0.2.1") == 429
        assert ask_for_login("192.0.2.2") == 200


def test_a_network_counts_as_one_address_and_a_site_may_have_four_times_as_many(settings):
    settings.CONNECTIONS_PER_ADDRESS = 10
    strangers = Strangers(Neighbours(process.hints))

    def enter(address: str) -> bool:
        return strangers.enter(client_networks({"client": (address, 1), "headers": ()}))

    assert [enter(f"2001:db8:7::{number:x}") for number in range(1, 12)] == [True] * 10 + [False]
    others = [enter(f"2001:db8:7:{number:x}::1") for number in range(1, 32)]
    assert others == [True] * 30 + [False]
    assert enter("2001:db8:8::1"), "another site has done nothing"
    assert [enter("192.0.2.1") for _ in range(11)] == [True] * 10 + [False]
    assert enter("192.0.2.2")
    strangers.leave(client_networks({"client": ("192.0.2.1", 1), "headers": ()}))
    assert enter("192.0.2.1")
