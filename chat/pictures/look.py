"""A file that has come is looked at once: what it really is, and what of it others get."""

from __future__ import annotations

import asyncio
import atexit
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from chat.pictures.process import PictureProcess
from chat.pictures.sniff import HEAD_BYTES, PICTURES, PLAIN, sniff


@dataclass(frozen=True, slots=True)
class Picture:
    """What is shown of a picture: its size in pixels, upright; a `data:` URL of a few dozen pixels (under 500
    characters); and a small WebP of it, still where the picture moves."""

    width: int
    height: int
    preview: str
    thumb: Path


@dataclass(frozen=True, slots=True)
class Look:
    """What a file is. `type` is a media type that is safe to send with `nosniff`, `kept` the file that others may get.

    `kept` is the file itself, or one beside it: of a picture, without what cameras note and upright.
    """

    type: str
    kept: Path
    picture: Picture | None = None


_process = PictureProcess()
atexit.register(_process.end)
# One thread: pictures wait for one another here, and nothing else waits for them.
_pictures = ThreadPoolExecutor(1, "pictures")


async def look(part: Path, declared: str = "") -> Look:
    """Look at a file that lies on disk, whole; `declared` is the media type that its sender named.

    Never fails because of what is in the file: what is no picture after all, has too many pixels or takes too long is a
    plain file (`application/octet-stream`). Where it looks like a picture, files are written beside it, named as it is
    with `.clean` and `.thumb`: the caller moves them away or removes them, and may call this again at any time.

    Raises:
        OSError: the disk is full, or the file is not there.
    """
    kind = await asyncio.to_thread(_sniff, part, declared)
    if kind not in PICTURES:
        return Look(kind, part)
    return await asyncio.get_running_loop().run_in_executor(_pictures, _develop, part, kind)


def _sniff(part: Path, declared: str) -> str:
    with part.open("rb") as file:
        return sniff(file.read(HEAD_BYTES), declared)


def _develop(part: Path, kind: str) -> Look:
    cleaned, thumb = part.with_name(f"{part.name}.clean"), part.with_name(f"{part.name}.thumb")
    answer = _process.develop(kind, part, cleaned, thumb)
    if answer.seen is not None:
        seen = answer.seen
        return Look(kind, cleaned, Picture(seen.width, seen.height, seen.preview, thumb))
    thumb.unlink()
    if answer.cleaned:  # whole, but with more pixels than anybody should have to decode: still without its place
        return Look(PLAIN, cleaned)
    cleaned.unlink()
    return Look(PLAIN, part)
