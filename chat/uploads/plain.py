"""What a file is, where nobody looks into it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Picture:
    """What is shown of a picture."""

    width: int
    height: int
    preview: str
    thumb: Path


@dataclass(frozen=True, slots=True)
class Look:
    """What a file is: a media type, and the file that others may get."""

    type: str
    kept: Path
    picture: Picture | None = None


async def look(part: Path, declared: str = "") -> Look:  # noqa: ARG001 - whatever is said
    """Anything is a plain file."""
    return Look("application/octet-stream", part)
