"""Bad input never closes the socket and never leaves a traceback (promise 5), against a real server."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.chat.bad_frames import bad_frames
from tests.support.client import Closed
from tests.support.server import SPOKEN

HALF_A_CHARACTER = "\\ud800"


async def test_every_bad_frame_is_answered_and_the_socket_lives(server, room):
    async with server.client("bob") as bob:
        for name, text in bad_frames(room).items():
            await bob.send_raw(text)
            answer = await bob.take()
            assert answer["type"] in {"error", "nack"}, name
            assert answer["code"] in {"bad_frame", "too_large"}, name
            assert answer.get("retry", False) is False, name
        await bob.is_alive()
        assert (await bob.say(room, "Still here."))["duplicate"] is False
    assert [body for _, body in server.messages(room)] == ["Still here."]


async def test_a_binary_frame_is_answered_and_the_socket_lives(server):
    async with server.client("bob") as bob:
        for data in (b"", b"\0\xff", b'{"type": "ping", "n": 1}'):
            await bob.send_raw(data)
            assert (await bob.take())["code"] == "bad_frame"
        await bob.is_alive()


async def test_a_refused_send_names_its_client_id(server, room):
    async with server.client("bob") as bob:
        for body in ("", "   ", "a\0b", "\ud800", None, 7):
            await bob.post(room, body, client_id="refused-1")
            answer = await bob.take()
            assert (answer["type"], answer["client_id"], answer["code"]) == ("nack", "refused-1", "bad_frame")
        await bob.post(room, "x" * 16_001, client_id="refused-1")
        assert (await bob.take("nack"))["code"] == "too_large"
        # Nothing was kept of it: the client id is still free.
        assert (await bob.say(room, "Fine now.", client_id="refused-1"))["duplicate"] is False


async def test_the_longest_message_arrives_whole(server, room):
    body = "日" * 16_000
    async with server.client("bob") as bob, server.client("carla") as carla:
        frame = {"type": "send", "room": room, "client_id": "long-1", "body": body}
        await bob.send_raw(json.dumps(frame, ensure_ascii=False))
        await carla.until(lambda: bool(carla.logs[room].events))
        assert carla.bodies(room) == [body]


async def test_frames_before_hello_are_refused_and_hello_is_still_welcome(server, room):
    async with server.client("bob", hello=False) as bob:
        for frame in (
            {"type": "ping", "n": 1},
            {"type": "send", "room": room, "client_id": "early-1", "body": "Too early"},
            {"type": "sync", "room": room, "after": 0},
            {"type": "history", "room": room},
            {"type": "read", "room": room, "seq": 1},
        ):
            await bob.send(frame)
            answer = await bob.take()
            assert (answer["type"], answer["code"]) in {("error", "bad_frame"), ("nack", "bad_frame")}
        await bob.hello()
    assert server.messages(room) == []


async def test_hello_is_said_once(server):
    async with server.client("bob") as bob:
        await bob.send({"type": "hello", "v": 1, "rooms": {}})
        assert (await bob.take())["code"] == "bad_frame"
        await bob.is_alive()


@pytest.mark.parametrize("version", [2, 99, 2**63 - 1])
async def test_an_unknown_version_is_refused_and_the_known_one_is_still_welcome(server, version):
    async with server.client("bob", hello=False) as bob:
        await bob.send({"type": "hello", "v": version, "rooms": {}})
        assert (await bob.take())["code"] == "bad_frame"
        assert (await bob.hello())["v"] == 1


async def test_cursors_of_rooms_that_are_not_there_do_no_harm(server):
    rooms = {str(number): number for number in (0, 10**6, 10**17)} | {str(n): 0 for n in range(2_000, 4_000)}
    async with server.client("bob", hello=False) as bob:
        await bob.send({"type": "hello", "v": 1, "rooms": rooms})
        await bob.take("welcome")
        await bob.is_alive()


async def test_text_that_is_no_utf_8_closes_with_1007(server):
    async with server.client("bob") as bob:
        await bob._connection.send(b'{"type": "ping", "n": "\xff\xfe"}', text=True)
        assert await bob.closed() == 1007


async def test_a_frame_over_64_kib_closes_with_1009(server):
    async with server.client("bob") as bob:
        text = '{"type": "ping", "n": 1}'
        await bob.send_raw(text + " " * (64 * 1024 - len(text)))
        assert (await bob.take())["type"] == "pong"
        await bob.send_raw(text + " " * (64 * 1024 - len(text) + 1))
        assert await bob.closed() == 1009


async def test_what_is_closed_can_be_opened_again(server, room):
    bob = server.client("bob")
    await bob.connect()
    await bob.send_raw("x" * 70_000)
    with pytest.raises(Closed):
        await bob.until(lambda: False)
    await bob.connect()
    await bob.say(room, "Back again.")
    await bob.close()


async def test_people_who_vanish_at_any_moment_leave_no_trace(server, room):
    async def come_and_go(frames: int) -> None:
        somebody = server.client("carla", hello=frames > 0)
        await somebody.connect()
        for number in range(frames):
            await somebody.send({"type": "history", "room": room})
            await somebody.post(room, f"gone {frames}.{number}")
        somebody.vanish()
        await somebody.closed()

    async with server.client("bob") as bob:
        await asyncio.gather(*(come_and_go(frames) for frames in (0, 0, 0, 1, 2, 3, 5, 8)))
        await bob.is_alive()


async def test_the_log_does_not_repeat_what_people_write(server, room):
    async with server.client("bob") as bob:
        await bob.say(room, SPOKEN, client_id="quiet-1")
        await bob.post(room, SPOKEN + "!", client_id="quiet-1")  # a conflict
        await bob.take("nack")
        await bob.post(room, SPOKEN + "\0")
        await bob.take("nack")
        await bob.send_raw(f'{{"type": "send", "body": "{SPOKEN}"')
        await bob.take("error")
    server.check_log()
