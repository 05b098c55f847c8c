"""The database's file is replaced while several look at it at once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from storage.sqlite import file as module
from storage.sqlite.file import DatabaseFile, identity_of

pytestmark = pytest.mark.sqlite_only("it is about the file")


@pytest.fixture
def path(tmp_path) -> Path:
    path: Path = tmp_path / "there.sqlite3"
    path.touch()
    return path


def put_another(path: Path) -> None:
    path.with_suffix(".new").touch()
    path.with_suffix(".new").rename(path)


def enter(file: DatabaseFile) -> None:
    identity, _ = file.enter()
    file.entered(identity)


def test_a_look_that_is_late_does_not_set_aside_the_log_of_the_new_file(path, monkeypatch):
    file = DatabaseFile(str(path))
    enter(file)
    seen: list[str] = []

    def faster() -> None:
        put_another(path)
        file.look()
        Path(f"{path}-wal").write_bytes(b"acknowledged")
        enter(file)

    other = threading.Thread(target=faster)

    def identity_then_wait(which: str) -> module.Identity | None:
        found = identity_of(which)
        if not seen:
            seen.append(which)
            other.start()
            other.join(timeout=0.5)
        return found

    monkeypatch.setattr(module, "identity_of", identity_then_wait)
    file.look()
    other.join()
    file.look()
    assert sorted(one.name for one in path.parent.iterdir()) == [path.name, f"{path.name}-wal"]
    assert file.generation == 1


def test_another_process_that_sets_the_log_aside_first_is_no_failure(path, monkeypatch):
    log = Path(f"{path}-wal")
    log.write_bytes(b"old")
    file = DatabaseFile(str(path))
    enter(file)
    put_another(path)

    def identity_then_gone(which: str) -> module.Identity | None:
        found = identity_of(which)
        if which == str(log):
            log.unlink(missing_ok=True)  # by the other process
        return found

    monkeypatch.setattr(module, "identity_of", identity_then_gone)
    assert file.look()
    assert file.generation == 1
