"""tus 1.0.0, request by request."""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from base64 import b64decode, b64encode
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.raw import connect, read, request
from tests.uploads.tus import BASE, Tus, headers, kept, metadata

MEGABYTE = 1024 * 1024


def sum_of(content: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm} {b64encode(hashlib.new(algorithm, content).digest()).decode()}"


def refused(answer, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["Tus-Resumable"] == "1.0.0"


def test_options_say_what_the_server_can(server):
    with Tus(server, "bob") as bob:
        answer = bob.ask("OPTIONS", Cookie="", Tus_Resumable="")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Max-Size"] == str(3 * MEGABYTE)
    assert set(answer.headers["Tus-Extension"].split(",")) == {
        *("creation", "creation-with-upload", "termination", "expiration", "checksum")
    }
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"


def test_a_file_comes_in_pieces_and_is_kept_as_it_is(server, bob, room):
    content = os.urandom(2 * MEGABYTE + 17)
    path = bob.begun(room, len(content), filename="Büro 1.bin", filetype="application/x-thing")
    assert path.startswith(BASE)
    assert bob.offset(path) == 0
    for start in range(0, len(content), 700_000):
        piece = content[start : start + 700_000]
        answer = bob.send(path, start, piece)
        assert answer.status_code == 204, answer.text
        assert answer.headers["Upload-Offset"] == str(start + len(piece))
        assert "GMT" in answer.headers["Upload-Expires"]
    head = bob.ask("HEAD", path).headers
    assert (head["Upload-Offset"], head["Upload-Length"]) == (str(len(content)), str(len(content)))
    assert head["Cache-Control"] == "no-store"
    pairs = [pair.split(" ") for pair in head["Upload-Metadata"].split(",")]
    said = {key: b64decode(value).decode() for key, value in pairs}
    assert said == {"filename": "Büro 1.bin", "filetype": "application/x-thing", "room": str(room)}
    facts = bob.facts(path)
    assert facts["finished"] is True
    assert (facts["name"], facts["bytes"], facts["offset"]) == ("Büro 1.bin", len(content), len(content))
    assert kept(server, path) == content
    assert not (server.var / "uploads" / path.removeprefix(BASE)).exists()


def test_an_empty_file_is_finished_at_once(server, bob, room):
    path = bob.begun(room, 0)
    assert bob.facts(path)["finished"] is True
    assert kept(server, path) == b""


def test_the_same_bytes_are_kept_once(server, bob, carla, room):
    content = os.urandom(5000)
    for person in (bob, carla):
        assert person.begin(room, len(content), content).status_code == 201
    sha256 = hashlib.sha256(content).hexdigest()
    assert server.database.value("SELECT count(*) FROM chat_content WHERE sha256 = %s", [sha256]) == 1
    assert len(list((server.var / "files" / sha256[:2]).glob(f"{sha256}*"))) == 1


def test_a_repeated_beginning_leaves_nothing_behind(bob, carla, room):
    first = bob.begin(room, 10, b"01234", upload_id="mine-1")
    again = bob.begin(room, 10, b"01234", upload_id="mine-1")
    assert first.status_code == again.status_code == 201
    assert first.headers["Location"] == again.headers["Location"]
    assert again.headers["Upload-Offset"] == "5"
    refused(bob.begin(room, 11, upload_id="mine-1"), 409, "conflict")
    refused(bob.begin(room, 10, upload_id="mine-1", filename="other"), 409, "conflict")
    other = carla.begin(room, 10, upload_id="mine-1")
    assert other.headers["Location"] != first.headers["Location"]


def test_a_file_is_described_anew_until_it_is_sent(server, bob, room):
    described = "SELECT description FROM chat_file WHERE upload_id = 'described'"
    begun = bob.begin(room, 3, b"abc", upload_id="described", description=" Our\tcat\u0007,\n asleep ")
    assert begun.status_code == 201
    assert server.database.value(described) == "Our cat, asleep"
    again = bob.begin(room, 3, upload_id="described", description="c" * 1001)
    assert again.headers["Location"] == begun.headers["Location"]
    assert server.database.value(described) == "c" * 1000

    async def send() -> None:
        async with server.client("bob") as client:
            await client.say(room, "", files=["described"])

    asyncio.run(send())
    bob.begin(room, 3, upload_id="described", description="A dog")
    assert server.database.value(described) == "c" * 1000


def test_what_comes_at_another_offset_changes_nothing(server, bob, room):
    path = bob.begun(room, 10)
    bob.send(path, 0, b"01234")
    for offset in (0, 4, 6, 10):
        answer = bob.send(path, offset, b"x" * (10 - offset))
        refused(answer, 409, "conflict")
        assert answer.headers["Upload-Offset"] == "5"
    refused(bob.send(path, 0, b"", Upload_Offset="-1"), 400, "bad_frame")
    refused(bob.send(path, 0, b"", Upload_Offset="five"), 400, "bad_frame")
    refused(bob.send(path, 0, b"", Upload_Offset=""), 400, "bad_frame")
    assert bob.send(path, 5, b"56789").status_code == 204
    assert kept(server, path) == b"0123456789"
    refused(bob.send(path, 0, b"0123456789"), 409, "conflict")
    assert bob.send(path, 10, b"").status_code == 204


def test_more_than_was_announced_is_refused(bob, room):
    path = bob.begun(room, 10)
    refused(bob.send(path, 0, b"x" * 11), 413, "too_large")
    refused(bob.send(path, 0, iter([b"x" * 6, b"x" * 6])), 413, "too_large")
    assert bob.offset(path) <= 10
    assert bob.facts(path)["finished"] is False


def test_a_body_whose_length_nobody_knows_is_taken(server, bob, room):
    path = bob.begun(room, 12)
    assert bob.send(path, 0, iter([b"hello ", b"world!"])).status_code == 204
    assert kept(server, path) == b"hello world!"


@pytest.mark.parametrize("length", ["", "-1", "1.5", "ten", "1" * 30, "0x10"])
def test_lengths_that_are_none(bob, room, length):
    told = metadata(room=str(room), filename="a")
    refused(bob.ask("POST", Upload_Length=length, Upload_Metadata=told), 400, "bad_frame")


def test_a_file_that_is_too_large(bob, room):
    refused(bob.begin(room, 3 * MEGABYTE + 1), 413, "too_large")
    assert bob.begin(room, 3 * MEGABYTE).status_code == 201


@pytest.mark.parametrize(
    "told",
    [
        *("", "room", "room !!!", "room MQ==,room MQ==", "filename " + b64encode(b"a").decode()),
        *(metadata(room="one"), metadata(room="0"), metadata(room=str(2**63)), metadata(room="-1")),
        *(metadata(upload_id=name, room="1") for name in ("", "a b", "../x", "x" * 65, "ä")),
        "room MQ==,filename " + b64encode(b"\xff\xfe").decode(),
        "room MQ==,filename " + "A" * 9000,
    ],
)
def test_metadata_that_is_none(bob, told):
    refused(bob.ask("POST", Upload_Length="1", Upload_Metadata=told), 400, "bad_frame")


def test_what_is_not_ones_own_is_not_there(server, bob, carla, room):
    path = bob.begun(room, 10)
    bob.send(path, 0, b"01234")
    refused(carla.send(path, 5, b"56789"), 404, "not_found")
    refused(carla.ask("DELETE", path), 404, "not_found")
    refused(carla.ask("GET", path), 404, "not_found")
    assert carla.ask("HEAD", path).status_code == 404
    for name in ("x" * 22, "..%2f..%2fsecret_key", "%2e%2e%2fsecret_key", "x", path.removeprefix(BASE) + "%00"):
        refused(bob.ask("GET", BASE + name), 404, "not_found")
    refused(carla.begin(server.world.closed, 1), 404, "not_found")
    refused(bob.begin(10**9, 1), 404, "not_found")
    assert bob.offset(path) == 5


def test_whoever_leaves_the_room_leaves_the_upload(server, bob, room):
    path = bob.begun(room, 10)
    with server.database.transaction() as write:
        write("DELETE FROM chat_membership WHERE room_id = %s AND user_id = %s", [room, server.world.people["bob"].id])
    refused(bob.send(path, 0, b"01234"), 404, "not_found")


def test_who_may(server, bob, room):
    for method in ("POST", "PATCH", "HEAD", "GET", "DELETE"):
        path = BASE if method == "POST" else BASE + "x" * 22
        answer = bob.ask(method, path, Cookie="")
        assert answer.status_code == 401
    refused(bob.ask("POST", X_CSRFToken="", Upload_Length="1"), 403, "forbidden")
    refused(bob.ask("POST", X_CSRFToken="u" * 32, Upload_Length="1"), 403, "forbidden")
    refused(bob.ask("POST", Origin="http://elsewhere.example", Upload_Length="1"), 403, "forbidden")
    told = metadata(room=str(room))
    assert bob.ask("POST", Origin=server.address, Upload_Length="1", Upload_Metadata=told).status_code == 201


def test_versions_types_and_methods(bob, room):
    path = bob.begun(room, 10)
    for version in ("", "0.2.2"):
        answer = bob.send(path, 0, b"x", Tus_Resumable=version)
        assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")
    refused(bob.send(path, 0, b"x", Content_Type="text/plain"), 415, "bad_frame")
    refused(bob.ask("PUT", path), 405, "bad_frame")
    assert "PATCH" in bob.ask("PUT", path).headers["Allow"]
    answer = bob.ask(
        *("POST", path, b"0123456789"),
        X_HTTP_Method_Override="PATCH",
        Upload_Offset="0",
        Content_Type="application/offset+octet-stream",
    )
    assert answer.status_code == 204


def test_an_upload_that_is_ended_is_gone(server, bob, room):
    path = bob.begun(room, 10)
    bob.send(path, 0, b"01234")
    assert bob.ask("DELETE", path).status_code == 204
    assert bob.ask("HEAD", path).status_code == 404
    assert not (server.var / "uploads" / path.removeprefix(BASE)).exists()


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_body_with_a_checksum_counts_wholly_or_not_at_all(server, bob, room, algorithm):
    content = os.urandom(MEGABYTE + 5)
    path = bob.begun(room, len(content))
    first, last = content[:300_000], content[300_000:]
    assert bob.send(path, 0, first, Upload_Checksum=sum_of(first, algorithm)).status_code == 204
    answer = bob.send(path, 300_000, last, Upload_Checksum=sum_of(first, algorithm))
    refused(answer, 460, "bad_frame")
    assert bob.offset(path) == 300_000
    assert bob.send(path, 300_000, last, Upload_Checksum=sum_of(last, algorithm)).status_code == 204
    assert kept(server, path) == content


@pytest.mark.parametrize(
    "checksum", ["md5 AAAA", "sha1", "sha1 !", "sha256 " + b64encode(b"x" * 20).decode(), "sha1 AAAA"]
)
def test_checksums_that_are_none(bob, room, checksum):
    path = bob.begun(room, 1)
    refused(bob.send(path, 0, b"x", Upload_Checksum=checksum), 400, "bad_frame")
    assert bob.offset(path) == 0


def half_of(server, path: str, *more: str) -> bytes:
    """A PATCH of ten bytes, as far as five of them."""
    return head_of(server, path, 10, *more) + b"01234"


def head_of(server, path: str, length: int, *more: str) -> bytes:
    """The head of bob's PATCH of so many bytes, the first ones."""
    told = [f"{name}: {value}" for name, value in headers(server, "bob").items()]
    told += ["Tus-Resumable: 1.0.0", "Upload-Offset: 0", "Content-Type: application/offset+octet-stream"]
    return request(path, *told, f"Content-Length: {length}", *more, method="PATCH")


def test_two_do_not_write_at_once_and_what_came_before_the_cut_is_kept(bob, server, room):
    path = bob.begun(room, 10)
    with closing(connect(server)) as slow:
        slow.sendall(half_of(server, path))
        wait_for(lambda: is_locked(server.var / "uploads" / path.removeprefix(BASE)))
        refused(bob.send(path, 0, b"x" * 10), 423, "busy")
    wait_for(lambda: bob.send(path, 5, b"56789").status_code == 204)
    assert kept(server, path) == b"0123456789"


def test_whoever_comes_back_on_another_line_does_not_wait_for_the_first(bob, server, room):
    path = bob.begun(room, 10)
    with closing(connect(server)) as lost:
        lost.sendall(half_of(server, path))
        wait_for(lambda: is_locked(server.var / "uploads" / path.removeprefix(BASE)))
        wait_for(lambda: bob.send(path, bob.offset(path), b"56789").status_code == 204)
        assert read(lost).status == 409
    assert kept(server, path) == b"0123456789"


def test_of_a_body_with_a_checksum_that_is_cut_nothing_is_kept(bob, server, room):
    path = bob.begun(room, 10)
    with closing(connect(server)) as slow:
        slow.sendall(half_of(server, path, f"Upload-Checksum: {sum_of(b'0123456789')}"))
    wait_for(lambda: bob.send(path, 0, b"0123456789").status_code == 204)
    assert kept(server, path) == b"0123456789"


def is_locked(part: Path) -> bool:
    """Whether somebody holds it, seen without holding it oneself."""
    return part.exists() and f":{part.stat().st_ino} " in Path("/proc/locks").read_text()


def wait_for(so) -> None:
    """Ask again and again; each time takes as long as it takes."""
    deadline = time.monotonic() + 30
    while not so():
        assert time.monotonic() < deadline


def test_whoever_is_refused_hears_why_before_they_have_sent_all(server, room):
    told = [f"{name}: {value}" for name, value in headers(server, "bob").items() if name != "Cookie"]
    head = request(BASE, *told, "Tus-Resumable: 1.0.0", f"Content-Length: {100 * MEGABYTE}", method="POST")
    with closing(connect(server)) as connection:
        connection.sendall(head + b"x" * 100_000)
        answer = read(connection)
    assert answer.status == 401
    assert b"log in first" in answer.body
