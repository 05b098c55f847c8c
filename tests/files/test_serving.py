"""Files are given to those who may read the room now, whole or in parts, and run in nobody's browser."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, unquote

import httpx
import pytest

from tests.pictures import corpus
from tests.support.lying import bytes_of, key_of, place
from tests.support.raw import connect, connect_narrowly, read, request
from tests.support.server import Server
from tests.uploads.tus import BASE, Tus

DATA = bytes(range(256)) * 40
UNKNOWN = "A" * 22


@pytest.fixture
def room(server: Server) -> int:
    """One in which everybody is."""
    return server.world.everyone


@pytest.fixture
def bob(server) -> Iterator[httpx.Client]:
    with server.browser("bob") as browser:
        yield browser


@pytest.fixture
def carla(server) -> Iterator[httpx.Client]:
    with server.browser("carla") as browser:
        yield browser


def test_a_file_comes_as_it_is_with_what_keeps_it_from_running(server, room, bob):
    file = place(server, "carla", room, DATA, name="page.html")
    answer = bob.get(f"/files/{file}/page.html")
    assert (answer.status_code, answer.content) == (200, DATA)
    told = answer.headers
    assert told["content-type"] == "application/octet-stream"
    assert told["content-disposition"] == 'attachment; filename="page.html"'
    assert told["x-content-type-options"] == "nosniff"
    assert told["content-security-policy"] == "default-src 'none'; sandbox"
    assert told["cache-control"] == "private, no-cache"
    assert told["content-length"] == str(len(DATA))
    assert told["accept-ranges"] == "bytes"
    assert "set-cookie" not in told


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("image/png", "inline"),
        ("image/avif", "inline"),
        ("video/webm", "inline"),
        ("audio/mpeg", "inline"),
        ("text/plain", "attachment"),
        ("application/octet-stream", "attachment"),
    ],
)
def test_only_what_is_looked_at_or_listened_to_is_shown_in_place(server, room, bob, kind, how):
    answer = bob.get(f"/files/{place(server, 'bob', room, DATA, type=kind)}/notes.bin")
    assert answer.headers["content-disposition"].split(";")[0] == how
    assert answer.headers["content-type"].split(";")[0] == kind


NAMES = [
    "Grüße.txt",
    "年度报告.pdf",
    "تقرير سنوي.pdf",
    "🎉" * 251 + ".png",
    "x" * 251 + ".txt",
    'quote" back\\slash; semi=colon.txt',
    "100%41.txt",
    "a?b#c&d.txt",
    "new\r\nSet-Cookie: line=1.txt",
    ".htaccess",
    "thumb.png",
]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_of_any_script_and_length_comes_back(server, room, bob, name):
    file = place(server, "bob", room, DATA, name=name)
    answer = bob.get(f"/files/{file}/{quote(name, safe='')}")
    assert (answer.status_code, answer.content) == (200, DATA)
    assert name_in(answer.headers["content-disposition"]) == name
    assert "set-cookie" not in answer.headers


def name_in(disposition: str) -> str:
    """As browsers read it (RFC 6266)."""
    encoded = re.fullmatch(r"\w+; filename\*=utf-8''([\w.!#$&+^`|~%-]+)", disposition)
    if encoded:
        return unquote(encoded[1])
    plain = re.fullmatch(r'\w+; filename="((?:[^"\\]|\\.)*)"', disposition)
    assert plain, disposition
    return re.sub(r"\\(.)", r"\1", plain[1])


@pytest.mark.parametrize("name", ["x", "%2E%2E%2Fsettings", "a/b/c", "%00", "thumb%20", "%FF"])
def test_whatever_the_address_calls_it_the_id_decides(server, room, bob, name):
    file = place(server, "bob", room, DATA)
    assert bob.get(f"/files/{file}/{name}").content == DATA


def test_nobody_is_told_apart_who_may_not_have_it(server, room, bob, carla):
    """The answer is the same, byte by byte, to whoever asks for what is not there for them."""
    closed = server.world.closed
    members = {row[0] for row in server.rows("SELECT user_id FROM chat_membership WHERE room_id = %s", [closed])}
    outsider = next(name for name, person in server.world.people.items() if person.id not in members)
    others = place(server, "alice", closed, DATA, thumb=DATA)
    unsent = place(server, "alice", room, DATA, sent=False)
    plain = place(server, "alice", room, DATA)
    asked = [
        *(f"/files/{UNKNOWN}/notes.bin", f"/files/{others}/notes.bin", f"/files/{others}/thumb"),
        *(f"/files/{unsent}/notes.bin", f"/files/{plain}/thumb", f"/files/{plain}/", f"/files/{plain}", "/files/"),
        *("/files/../files/x/y", f"/files/{'x' * 3000}/y", f"/files/{UNKNOWN}/%00"),
    ]
    with server.browser(outsider) as browser:
        answers = [browser.get(path) for path in asked]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1
        heads = [{name: answer.headers[name] for name in answer.headers if name != "date"} for answer in answers]
        assert all(head == heads[0] for head in heads)
        assert heads[0]["cache-control"] == "no-store"


def test_visitors_have_to_log_in(server, room):
    file = place(server, "bob", room, DATA)
    with server.browser() as visitor:
        assert visitor.get(f"/files/{file}/notes.bin").status_code == 401
        assert visitor.get(f"/files/{UNKNOWN}/notes.bin").status_code == 401


def test_what_is_not_sent_yet_is_its_owners_alone(server, room, bob, carla):
    file = place(server, "bob", room, DATA, sent=False)
    assert bob.get(f"/files/{file}/notes.bin").status_code == 200
    assert carla.get(f"/files/{file}/notes.bin").status_code == 404


def test_whoever_is_removed_gets_it_no_more_not_even_from_memory(server, carla):
    room = server.new_room()
    file = place(server, "bob", room, DATA, thumb=DATA)
    tag = {"If-None-Match": carla.get(f"/files/{file}/notes.bin").headers["etag"]}
    assert carla.get(f"/files/{file}/notes.bin", headers=tag).status_code == 304
    with server.database.transaction() as execute:
        person = server.world.people["carla"].id
        execute("DELETE FROM chat_membership WHERE room_id = %s AND user_id = %s", [room, person])
    assert carla.get(f"/files/{file}/notes.bin", headers=tag).status_code == 404
    assert carla.get(f"/files/{file}/thumb").status_code == 404


@pytest.mark.parametrize(
    ("asked", "status", "told", "sent"),
    [
        ("bytes=0-0", 206, f"bytes 0-0/{len(DATA)}", DATA[:1]),
        ("bytes=100-299", 206, f"bytes 100-299/{len(DATA)}", DATA[100:300]),
        ("bytes=-7", 206, f"bytes {len(DATA) - 7}-{len(DATA) - 1}/{len(DATA)}", DATA[-7:]),
        ("bytes=10000-", 206, f"bytes 10000-{len(DATA) - 1}/{len(DATA)}", DATA[10000:]),
        (f"bytes={len(DATA)}-", 416, f"bytes */{len(DATA)}", b""),
        ("bytes=0-1,5-6", 200, None, DATA),
    ],
    ids=["the first", "some", "the last", "the rest", "behind the end", "several"],
)
def test_a_part_is_sent_for_itself(server, room, bob, asked, status, told, sent):
    file = place(server, "bob", room, DATA)
    answer = bob.get(f"/files/{file}/notes.bin", headers={"Range": asked})
    assert (answer.status_code, answer.headers.get("content-range"), answer.content) == (status, told, sent)
    assert answer.headers["content-length"] == str(len(sent))
    assert bob.get(f"/files/{file}/notes.bin").content == DATA  # on the same connection


def test_the_rest_of_something_else_is_all_of_it(server, room, bob):
    address = f"/files/{place(server, 'bob', room, DATA)}/notes.bin"
    tag = bob.get(address).headers["etag"]
    rest = {"Range": "bytes=5-"}
    assert bob.get(address, headers={**rest, "If-Range": tag}).content == DATA[5:]
    assert bob.get(address, headers={**rest, "If-Range": '"other"'}).content == DATA


def test_a_head_is_that_of_the_answer_without_the_bytes(server, room, bob):
    address = f"/files/{place(server, 'bob', room, DATA)}/notes.bin"
    whole, head = bob.get(address), bob.head(address, headers={"Range": "bytes=0-1"})
    assert (head.status_code, head.content) == (200, b"")
    assert {**head.headers, "date": ""} == {**whole.headers, "date": ""}
    assert bob.get(address).content == DATA


def test_nothing_but_reading_is_possible(server, room, bob):
    address = f"/files/{place(server, 'bob', room, DATA)}/notes.bin"
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = bob.request(method, address, content=b"x" if method == "POST" else None)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_an_empty_file_is_empty(server, room, bob):
    answer = bob.get(f"/files/{place(server, 'bob', room, b'')}/notes.bin")
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "0")


def test_bytes_that_are_lost_are_not_found_and_said_to_be_lost(server, room, bob):
    file = place(server, "bob", room, DATA, name="secret plan.pdf")
    key = key_of(server, file)
    bytes_of(server, key).unlink()
    assert bob.get(f"/files/{file}/x").status_code == 404
    assert f"the bytes of {key} are not there" in server.log
    assert "secret plan" not in server.log


def test_a_photo_goes_out_without_its_place_and_with_a_thumbnail(server, room, carla):
    given = corpus.photo("JPEG", 6)
    with Tus(server, "bob") as bob:
        answer = bob.begin(room, len(given), given, filename="Küche.jpg")
        file = answer.headers["Location"].removeprefix(BASE)
        assert bob.facts(answer.headers["Location"])["type"] == "image/jpeg"
        whole, thumb = bob.ask("GET", f"/files/{file}/K.jpg"), bob.ask("GET", f"/files/{file}/thumb")
    assert whole.headers["content-disposition"] == "inline; filename*=utf-8''K%C3%BCche.jpg"
    assert whole.headers["content-type"] == "image/jpeg"
    assert corpus.MAKER.encode() in given
    assert corpus.MAKER.encode() not in whole.content
    assert thumb.headers["content-type"] == "image/webp"
    assert thumb.content[8:12] == b"WEBP"


LARGE = 100 * 1024 * 1024


@pytest.fixture(scope="module")
def large(server) -> str:
    """A file of a hundred megabytes, of which the disk keeps none."""
    file = place(server, "bob", server.world.everyone, b"beginning")
    with bytes_of(server, key_of(server, file)).open("r+b") as opened:
        opened.truncate(LARGE)
    with server.database.transaction() as execute:
        execute("UPDATE chat_content SET bytes = %s WHERE key = %s", [LARGE, key_of(server, file)])
    return file


def asking(server: Server, file: str) -> bytes:
    cookie = f"Cookie: sessionid={server.world.people['bob'].session}"
    return request(f"/files/{file}/large", cookie, "Connection: close")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells about processes")
def test_a_large_file_passes_through_little_memory(server, large):
    before = peak(server)
    with closing(connect_narrowly(server)) as connection:
        connection.sendall(asking(server, large))
        connection.settimeout(60)
        taken = 0
        while piece := connection.recv(1 << 20):
            taken += len(piece)
    assert LARGE < taken < LARGE + 2000
    assert peak(server) - before < 30 * 1024


def peak(server: Server) -> int:
    """The most memory that it ever had, in kilobytes."""
    status = Path(f"/proc/{pid(server)}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])  # type: ignore[index]


def pid(server: Server) -> int:
    assert server._process is not None
    return server._process.pid


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="Linux tells about processes")
def test_whoever_leaves_in_the_middle_leaves_nothing_open(server, large):
    path = str(bytes_of(server, key_of(server, large)))
    with closing(connect(server)) as connection:
        connection.sendall(asking(server, large))
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        assert path in opened(server)
    while path in opened(server):
        pass


def opened(server: Server) -> set[str]:
    found = set()
    for entry in Path(f"/proc/{pid(server)}/fd").iterdir():
        try:
            found.add(os.readlink(entry))  # noqa: PTH115 - what is there is no path, mostly
        except FileNotFoundError:
            continue
    return found


def test_the_next_request_may_wait_on_the_same_connection(server, room):
    file = place(server, "bob", room, DATA)
    cookie = f"Cookie: sessionid={server.world.people['bob'].session}"
    ask = request(f"/files/{file}/x", cookie)
    with closing(connect(server)) as connection:
        connection.sendall(ask + ask + request(f"/files/{file}/x", cookie, "Connection: close"))
        answer = read(connection)
    assert (answer.head + b"\r\n\r\n" + answer.body).count(DATA) == 3
