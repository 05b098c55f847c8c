"""The bytes of files in a folder of this machine."""

from __future__ import annotations

import errno
import secrets
import shutil
from pathlib import Path
from typing import IO

from chat.files.durable import sync
from chat.files.keeping import Blobs


class LocalBlobs(Blobs):
    """A folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, source: Path) -> None:
        place = self._folder / key
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        source.chmod(0o600)
        try:
            sync(source)
            source.rename(place)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _copy(source, place)
        for folder in (place.parent, self._folder, self._folder.parent):
            sync(folder)

    def has(self, key: str) -> bool:
        return (self._folder / key).is_file()

    def delete(self, key: str) -> None:
        (self._folder / key).unlink(missing_ok=True)

    def open(self, key: str) -> IO[bytes]:
        return (self._folder / key).open("rb", buffering=0)

    def link(self, key: str, kind: str, disposition: str) -> None:  # noqa: ARG002 - there is none
        return None


def _copy(source: Path, place: Path) -> None:
    """What `rename` does, from one file system to another: what is there is whole at any time."""
    beside = place.with_name(f"{place.name}.{secrets.token_hex(8)}")
    try:
        shutil.copyfile(source, beside)
        beside.chmod(0o600)
        sync(beside)
        beside.rename(place)
    finally:
        beside.unlink(missing_ok=True)
    source.unlink()
