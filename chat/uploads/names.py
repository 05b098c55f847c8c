"""Names and descriptions of files as they were given, without what could harm whoever reads them or saves the file."""

from __future__ import annotations

import re
import unicodedata

MAX_CHARS = 255
MAX_DESCRIPTION_CHARS = 1_000
NAMELESS = "file"

# These turn the direction of what stands around them: `txt.exe` can be made to look like `exe.txt`.
_DIRECTIONS = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_FOLDERS = re.compile(r"[/\\]")


def cleaned(name: str) -> str:
    """The name alone: no folders, control characters or marks of direction, no blanks around it and no dots at its end,
    and at most `MAX_CHARS` characters, of which the extension is kept."""
    last = _FOLDERS.split(name.translate(_DIRECTIONS))[-1]
    return _short(_readable(last).strip().rstrip(" .")) or NAMELESS


def cleaned_description(text: str) -> str:
    """One line of at most `MAX_DESCRIPTION_CHARS` characters, empty where nothing is said."""
    return _readable(" ".join(text.split()))[:MAX_DESCRIPTION_CHARS].strip()


def _readable(text: str) -> str:
    return "".join(char for char in text if unicodedata.category(char) not in {"Cc", "Cs", "Zl", "Zp"})


def _short(name: str) -> str:
    if len(name) <= MAX_CHARS:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 20:
        return name[:MAX_CHARS].rstrip(" .")
    return stem[: MAX_CHARS - len(extension) - 1].rstrip(" .") + "." + extension
