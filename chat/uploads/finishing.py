"""What happens when the last byte is there. It may end anywhere, and is then done again from the beginning."""

from __future__ import annotations

import hashlib
from pathlib import Path

from chat.actions import contents
from chat.actions import uploads as actions
from chat.actions.contents import Kept
from chat.actions.uploads import Found
from chat.files import parts
from chat.files.blobs import blobs
from chat.pictures.look import Look, look
from chat.queries.uploads import Upload
from storage.store import store


async def finish(upload: Upload) -> None:
    """Look at what has come, keep it, and make it fit to be sent. For the upload's one writer.

    The rows are committed before the bytes go where they stay: so there are none without a row, wherever this ends.

    Raises:
        StorageError, DatabaseError, OSError: not just now. All that has come is still there.
    """
    looked = await look(parts.path_of(upload.id), upload.declared)
    found = await parts.run(_measure, looked)
    settled = await store.transaction(actions.settle, upload.id, found)
    if settled is not None:
        content, thumb = settled
        if thumb is not None and looked.picture is not None:
            await parts.run(_put, thumb, looked.picture.thumb)
        await parts.run(_put, content, looked.kept)
        if not await store.transaction(actions.finish, upload.id, content.id):
            await _take_back([each for each in settled if each is not None])
    await parts.run(parts.remove, upload.id)


async def _take_back(put: list[Kept]) -> None:
    """The upload was removed meanwhile, and what it was may have been swept before its bytes came."""
    needed = await store.read(contents.needed, [each.id for each in put])
    for each in put:
        if each.id not in needed:
            await parts.run(blobs.delete, each.key)


async def was_kept(upload: Upload) -> bool:
    """Whether only the last step is missing: what came went to where it stays, and nobody has said so."""
    if upload.content is None or not await parts.run(_has, upload.keys):
        return False
    await store.transaction(actions.finish, upload.id, upload.content)
    await parts.run(parts.remove, upload.id)
    return True


def _has(keys: list[str]) -> bool:
    return all(blobs.has(key) for key in keys)


def _measure(looked: Look) -> Found:
    sha256, size = _hash(looked.kept)
    picture = looked.picture
    if picture is None:
        return Found(sha256, size, looked.type)
    return Found(sha256, size, looked.type, picture.width, picture.height, picture.preview, _hash(picture.thumb))


def _hash(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()


def _put(kept: Kept, source: Path) -> None:
    if not blobs.has(kept.key):
        blobs.put(kept.key, source)
