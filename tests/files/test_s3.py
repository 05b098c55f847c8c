"""Files in an S3-compatible store: kept there, fetched there by who may, and gone from there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from chat.files.s3 import S3Blobs
from config.files_url import files
from tests.pictures import corpus
from tests.support.s3 import S3
from tests.support.server import Server
from tests.uploads.tus import BASE, Tus

KEY = "ab/abcdef-12345678"


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    s3 = S3()
    yield s3
    s3.stop()


@pytest.fixture
def blobs(s3, settings) -> S3Blobs:
    settings.STORAGES = {**settings.STORAGES, "files": files(s3.url)}
    return S3Blobs("files")


@pytest.fixture
def part(tmp_path: Path) -> Path:
    part = tmp_path / "part"
    part.write_bytes(b"some bytes")
    return part


def test_what_is_put_is_there_until_it_is_deleted(blobs, part, s3):
    assert not blobs.has(KEY)
    blobs.put(KEY, part)
    assert blobs.has(KEY)
    assert not part.exists()
    assert s3.objects() == {f"files/{KEY}": b"some bytes"}
    with blobs.open(KEY) as file:
        assert file.read() == b"some bytes"
    blobs.delete(KEY)
    blobs.delete(KEY)
    assert not blobs.has(KEY)
    assert s3.objects() == {}


def test_a_link_gives_it_out_as_it_is_said_and_not_for_long(blobs, part):
    blobs.put(KEY, part)
    link = blobs.link(KEY, "image/png", "inline; filename*=utf-8''K%C3%BCche.png")
    asked = parse_qs(urlsplit(link).query)
    assert int(asked["X-Amz-Expires"][0]) <= 60
    answer = httpx.get(link, trust_env=False)
    assert answer.content == b"some bytes"
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"] == "inline; filename*=utf-8''K%C3%BCche.png"
    blobs.delete(KEY)


def test_a_store_that_does_not_answer_is_like_a_disk_that_does_not(settings, part):
    settings.STORAGES = {**settings.STORAGES, "files": files("s3://key:secretive@127.0.0.1:1/bucket?tls=0")}
    blobs = S3Blobs("files")
    for ask in (lambda: blobs.put(KEY, part), lambda: blobs.has(KEY), lambda: blobs.delete(KEY)):
        with pytest.raises(OSError, match="the store of files") as error:
            ask()
        assert "secretive" not in str(error.value)
    assert part.read_bytes() == b"some bytes"


@pytest.fixture(scope="module")
def server(s3, world, tmp_path_factory) -> Iterator[Server]:
    server = Server(world, tmp_path_factory.mktemp("module") / "server", SERVER="uvicorn", FILES_URL=s3.url)
    server.start()
    yield server
    server.stop()
    server.remove()
    server.check_log()


def test_a_photo_is_kept_there_and_given_out_there_by_who_may(server, s3):
    given, room = corpus.photo("JPEG", 6), server.new_room()
    with Tus(server, "bob") as bob, server.browser("carla") as carla:
        address = bob.begin(room, len(given), given, filename="Küche.jpg").headers["Location"]
        file = address.removeprefix(BASE)
        assert len(s3.keys()) == 2
        assert not (server.var / "files").exists()
        answer = bob.ask("GET", f"/files/{file}/K.jpg")
        assert answer.status_code == 302
        assert answer.headers["cache-control"] == "no-store"
        fetched = httpx.get(answer.headers["location"], trust_env=False)
        assert fetched.headers["content-type"] == "image/jpeg"
        assert fetched.headers["content-disposition"] == "inline; filename*=utf-8''K%C3%BCche.jpg"
        assert corpus.MAKER.encode() not in fetched.content
        head = bob.ask("HEAD", f"/files/{file}/K.jpg")
        assert (head.status_code, int(head.headers["content-length"])) == (200, len(fetched.content))
        known = bob.ask("GET", f"/files/{file}/K.jpg", If_None_Match=head.headers["etag"])
        assert known.status_code == 304
        thumb = httpx.get(bob.ask("GET", f"/files/{file}/thumb").headers["location"], trust_env=False)
        assert thumb.headers["content-type"] == "image/webp"
        assert carla.get(f"/files/{file}/K.jpg").status_code == 404
        assert s3.address in carla.get("/").headers["content-security-policy"]
        assert bob.ask("DELETE", address).status_code == 204
    while s3.keys():  # the sweep is on its way
        pass
