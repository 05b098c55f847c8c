"""What a place for the bytes of files has to do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import IO


class Blobs(ABC):
    """A place for bytes. Errors are `OSError`, wherever it is."""

    @abstractmethod
    def put(self, key: str, source: Path) -> None:
        """Take the file `source` in, which is gone afterwards. Durable when this returns; again does no harm."""

    @abstractmethod
    def has(self, key: str) -> bool:
        """Whether something whole lies there."""

    @abstractmethod
    def delete(self, key: str) -> None:
        """Remove it, if it is there."""

    @abstractmethod
    def open(self, key: str) -> IO[bytes]:
        """The bytes, to be read. `FileNotFoundError` if they are not there."""

    @abstractmethod
    def link(self, key: str, kind: str, disposition: str) -> str | None:
        """An address at which whoever has it gets the bytes from where they are, for a minute at most, under this media
        type and `Content-Disposition`; None where only this server can give them out."""
