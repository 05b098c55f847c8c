"""What of files is on the disk, and what there is nobody's."""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from pathlib import Path

from tests.support.databases import Database

NOTHING = "(not there)"

_FILES = """
    SELECT f.message_id, c.key FROM chat_file f JOIN chat_content c ON c.id = f.content_id
    WHERE f.message_id IS NOT NULL ORDER BY f.message_id, f.place
"""


def files_of_messages(database: Database, var: Path) -> dict[int, list[str]]:
    """The hashes of the bytes that are kept for each message that has files, in their order."""
    found: dict[int, list[str]] = defaultdict(list)
    for message, key in database.rows(_FILES):
        kept = var / "files" / key
        found[message].append(hashlib.sha256(kept.read_bytes()).hexdigest() if kept.exists() else NOTHING)
    return found


def let_a_day_pass(database: Database, var: Path) -> None:
    """Whatever was not sent has been there for more than a day."""
    for part in (var / "uploads").iterdir():
        os.utime(part, (0, 0))
    long_ago = database.seconds_ago("200000")
    database.execute(f"UPDATE chat_file SET created_at = {long_ago} WHERE message_id IS NULL")  # noqa: S608 - our own


def leftovers(database: Database, var: Path) -> list[str]:
    """What is nobody's: rows and bytes that no message has, bytes without a row, parts of uploads."""
    unsent = database.rows("SELECT id FROM chat_file WHERE message_id IS NULL")
    rows = {key for (key,) in database.rows("SELECT key FROM chat_content")}
    wanted = "SELECT c.key FROM chat_content c JOIN chat_file f ON f.content_id = c.id OR f.thumb_id = c.id"
    used = {key for (key,) in database.rows(wanted)}
    stored = {str(path.relative_to(var / "files")) for path in (var / "files").glob("*/*")}
    parts = {path.name for path in (var / "uploads").iterdir()}
    return [
        *(f"upload {file} that was never sent" for (file,) in unsent),
        *(f"content {key} that no file has" for key in rows - used),
        *(f"bytes {key} without a row" for key in stored - rows),
        *(f"part {name}" for name in parts),
    ]
