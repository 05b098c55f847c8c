"""Where bytes lie: whole or not at all, for nobody else's eyes, and gone when they are deleted."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from chat.files import durable
from chat.files.local import LocalBlobs

KEY = "ab/abcdef-12345678"


@pytest.fixture
def blobs(tmp_path) -> LocalBlobs:
    return LocalBlobs(tmp_path / "files")


@pytest.fixture
def part(tmp_path) -> Path:
    part: Path = tmp_path / "part"
    part.write_bytes(b"some bytes")
    return part


def test_what_is_put_is_there_and_nowhere_else(blobs, part, tmp_path):
    assert not blobs.has(KEY)
    blobs.put(KEY, part)
    assert blobs.has(KEY)
    assert (tmp_path / "files" / KEY).read_bytes() == b"some bytes"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / "files" / KEY]


def test_nobody_else_may_read_it(blobs, part, tmp_path):
    part.chmod(0o644)
    blobs.put(KEY, part)
    assert (tmp_path / "files" / KEY).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "files" / KEY).parent.stat().st_mode & 0o777 == 0o700


def test_deleting_twice_is_as_good_as_once(blobs, part):
    blobs.put(KEY, part)
    blobs.delete(KEY)
    blobs.delete(KEY)
    assert not blobs.has(KEY)


def test_the_bytes_and_the_folders_are_synced_in_this_order(blobs, part, tmp_path, monkeypatch):
    done: list[str] = []
    sync, rename = durable.sync, Path.rename

    def synced(path: Path) -> None:
        done.append(path.name)
        sync(path)

    def renamed(path: Path, to: Path) -> Path:
        done.append("rename")
        return rename(path, to)

    monkeypatch.setattr("chat.files.local.sync", synced)
    monkeypatch.setattr(Path, "rename", renamed)
    blobs.put(KEY, part)
    assert done == ["part", "rename", "ab", "files", tmp_path.name]


def test_a_folder_on_another_file_system_gets_a_whole_copy(blobs, part, tmp_path, monkeypatch):
    def refused(path: Path, to: Path) -> Path:
        if path == part:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        return rename(path, to)

    rename = Path.rename
    monkeypatch.setattr(Path, "rename", refused)
    blobs.put(KEY, part)
    assert (tmp_path / "files" / KEY).read_bytes() == b"some bytes"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / "files" / KEY]
