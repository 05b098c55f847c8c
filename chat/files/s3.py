"""The bytes of files in a bucket of an S3-compatible store, from where everybody fetches them themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from django.core.files.storage import storages

from chat.files.keeping import Blobs

LINK_SECONDS = 60


class S3Blobs(Blobs):
    """A bucket, by django-storages, as `STORAGES` of the settings has it under this name."""

    def __init__(self, name: str) -> None:
        self._storage: Any = storages[name]

    def put(self, key: str, source: Path) -> None:
        with _as_os_error(), source.open("rb") as file:
            self._storage.save(key, File(file))
        source.unlink()

    def has(self, key: str) -> bool:
        with _as_os_error():
            return bool(self._storage.exists(key))

    def delete(self, key: str) -> None:
        with _as_os_error():
            self._storage.delete(key)

    def open(self, key: str) -> IO[bytes]:
        with _as_os_error():
            opened: IO[bytes] = self._storage.open(key, "rb")
            return opened

    def link(self, key: str, kind: str, disposition: str) -> str:
        told = {"ResponseContentType": kind, "ResponseContentDisposition": disposition}
        kept = {"ResponseCacheControl": "private, no-store"}
        with _as_os_error():
            return str(self._storage.url(key, parameters={**told, **kept}, expire=LINK_SECONDS))


@contextmanager
def _as_os_error() -> Iterator[None]:
    """What goes wrong over there is for callers what it is with a disk. It is named, not quoted: it may hold keys."""
    try:
        yield
    except (BotoCoreError, ClientError, Boto3Error) as error:
        raise OSError(f"the store of files: {type(error).__name__}") from None
