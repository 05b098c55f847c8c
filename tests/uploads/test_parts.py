"""What is on the disk when an upload is answered."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chat.actions.refused import Refused
from chat.files import parts
from chat.http.exchange import Exchange, Gone
from chat.uploads.headers import read_checksum
from chat.uploads.taking import PIECE_BYTES, take

MEGABYTE = 1024 * 1024
WRONG = read_checksum("sha1 AAAAAAAAAAAAAAAAAAAAAAAAAAA=")


@pytest.fixture
def upload(settings, tmp_path) -> Any:
    settings.VAR_DIR, settings.DISK_RESERVE_MB = tmp_path, 0
    return SimpleNamespace(id=secrets.token_urlsafe(16), bytes=3 * MEGABYTE)


@pytest.fixture
def synced(monkeypatch) -> dict[str, int]:
    """How large each file was when it was last synced; of a folder how many entries it had."""
    seen: dict[str, int] = {}

    def watch(sync: Callable[[int], None]) -> Callable[[int], None]:
        def watched(descriptor: int) -> None:
            path = Path(f"/proc/self/fd/{descriptor}").readlink()
            seen[path.name] = len([*path.iterdir()]) if path.is_dir() else os.fstat(descriptor).st_size
            sync(descriptor)

        return watched

    for name in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, name, watch(getattr(os, name)))
    return seen


def request(*pieces: bytes, whole: bool = True) -> Exchange:
    """A PATCH whose body comes in these pieces; if it is not `whole` its client leaves then."""
    messages = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    end = {"type": "http.request", "body": b"", "more_body": False} if whole else {"type": "http.disconnect"}
    coming = iter([*messages, end])

    async def receive() -> dict[str, Any]:
        return next(coming)

    async def send(_: dict[str, Any]) -> None:
        raise AssertionError

    scope = {"method": "PATCH", "path": "/", "headers": [(b"transfer-encoding", b"chunked")]}
    return Exchange(scope, receive, send)


async def test_all_that_came_is_synced_and_the_folder_that_names_it(upload, synced, tmp_path):
    part = parts.Part(upload.id)
    assert synced["uploads"] == 1
    assert synced[tmp_path.name] >= 1
    await take(request(b"x" * MEGABYTE, b"y" * 100), part, upload, None)
    assert synced[upload.id] == part.size == MEGABYTE + 100
    part.close()


async def test_what_came_before_the_client_left_is_synced_too(upload, synced):
    part = parts.Part(upload.id)
    with pytest.raises(Gone):
        await take(request(b"x" * 100, whole=False), part, upload, None)
    assert synced[upload.id] == part.size == 100
    part.close()


async def test_a_large_body_is_synced_on_the_way(upload, synced, monkeypatch):
    monkeypatch.setattr(parts, "SYNC_BYTES", MEGABYTE)
    part = parts.Part(upload.id)
    part.append(b"x" * (MEGABYTE - 1))
    assert upload.id not in synced
    part.append(b"x")
    assert synced[upload.id] == MEGABYTE
    part.close()


@pytest.mark.parametrize("whole", [True, False])
async def test_what_was_not_compared_is_not_in_the_part(upload, whole):
    part = parts.Part(upload.id)
    with pytest.raises(Refused if whole else Gone):
        await take(request(b"x" * PIECE_BYTES, b"y", whole=whole), part, upload, WRONG)
    assert part.size == 0
    part.close()


async def test_more_than_was_announced_is_never_written(upload):
    part = parts.Part(upload.id)
    with pytest.raises(Refused):
        await take(request(*[b"x" * MEGABYTE] * 4), part, upload, None)
    assert part.size <= upload.bytes
    part.close()


def test_one_writes_and_whoever_comes_later_finds_what_is_left(upload):
    part = parts.Part(upload.id)
    with pytest.raises(parts.Taken):
        parts.Part(upload.id)
    part.append(b"01234")
    part.close()
    again = parts.Part(upload.id)
    assert again.size == 5
    again.close()


def test_of_a_part_that_is_removed_nobody_writes_to_the_rest(upload, monkeypatch):
    """It goes between being opened and being held."""
    opened = parts._open

    def open_and_lose(path: Path) -> Any:
        file = opened(path)
        path.unlink()
        return file

    monkeypatch.setattr(parts, "_open", open_and_lose)
    with pytest.raises(parts.Taken):
        parts.Part(upload.id)


def test_where_the_disk_is_full_the_chat_has_its_reserve(upload, settings):
    part = parts.Part(upload.id)
    settings.DISK_RESERVE_MB = 1_000_000_000
    with pytest.raises(OSError, match="no room"):
        part.append(b"x")
    assert part.size == 0
    part.close()
