"""Files that somebody has uploaded, as the rows an upload leaves."""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils import timezone

from chat.actions.contents import keep
from chat.models import File
from storage.store import store


def uploaded(owner: int, room: int, name: str = "plan.pdf", *, data: bytes = b"", **more: Any) -> File:
    """A file that is whole, and not sent yet. Those with the same `data` share their content; so do thumbnails."""
    said = {"type": "application/octet-stream", "bytes": len(data), "finished_at": timezone.now(), **more}
    thumb = said.pop("thumb", None)
    return File.objects.create(
        owner_id=owner,
        room_id=room,
        name=name,
        created_at=timezone.now(),
        content_id=None if said["finished_at"] is None else _kept(data or name.encode()),
        thumb_id=None if thumb is None else _kept(thumb),
        **said,
    )


def _kept(data: bytes) -> int:
    return store.run_transaction(keep, hashlib.sha256(data).hexdigest(), len(data)).id
