"""Where the bytes of files lie, under keys that never change what they mean.

All of it blocks: call it on a thread. A key is `ab/<sha256>-<random>` (`chat.models.Content`); what is put under one
stays what it is until it is deleted.
"""

from __future__ import annotations

from django.conf import settings

from chat.files.keeping import Blobs
from chat.files.local import LocalBlobs


def _of_settings() -> Blobs:
    if "files" in settings.STORAGES:
        from chat.files.s3 import S3Blobs  # noqa: PLC0415 - a large library, where it is used

        return S3Blobs("files")
    return LocalBlobs(settings.VAR_DIR / "files")


blobs: Blobs = _of_settings()
