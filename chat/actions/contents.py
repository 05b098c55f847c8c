"""What is kept once, however many files have it: contents come, are shared, and go when nothing refers to them.

Whoever begins to refer to a content and whoever finds that nothing does hold its row, the one after the other. So a
content that is doomed is never referred to again, and its bytes can be removed at leisure.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from typing import NamedTuple

from storage.store import Connection, dialect, sql

# What refers to contents; `c` is the content.
_REFERRED_TO = sql(
    """
    EXISTS (SELECT 1 FROM chat_file WHERE content_id = c.id)
    OR EXISTS (SELECT 1 FROM chat_file WHERE thumb_id = c.id)
    """
)

# One that is there already is changed into what it is: that holds its row to the end of the transaction.
_KEEP = """
    INSERT INTO chat_content (sha256, key, bytes) VALUES (%s, %s, %s)
    ON CONFLICT (sha256) WHERE doomed_at IS NULL DO UPDATE SET bytes = excluded.bytes
    RETURNING id, key
"""
_HOLD = sql(
    "SELECT 1 FROM chat_content WHERE {these} ORDER BY id {held}", these=dialect.among("id"), held=dialect.FOR_UPDATE
)
_DOOM = sql(
    "UPDATE chat_content AS c SET doomed_at = {now} WHERE {these} AND doomed_at IS NULL AND NOT ({referred_to})",
    now=dialect.NOW,
    these=dialect.among("id"),
    referred_to=_REFERRED_TO,
)
_DOOMED = "SELECT id, key FROM chat_content WHERE doomed_at IS NOT NULL ORDER BY id LIMIT %s"
_NEEDED = sql("SELECT id FROM chat_content WHERE {these} AND doomed_at IS NULL", these=dialect.among("id"))
_FORGET = sql("DELETE FROM chat_content WHERE {these} AND doomed_at IS NOT NULL", these=dialect.among("id"))


class Kept(NamedTuple):
    """A content: its row's id, and the name of its bytes in the store."""

    id: int
    key: str


def keep(connection: Connection, sha256: str, size: int) -> Kept:
    """The content with this hash (hexadecimal) and so many bytes, which is made if there is none.

    Let a row refer to it in the same transaction, one that is held already. Its bytes are put into the store after that
    is committed, if they are not there yet.
    """
    row = connection.fetch_one(_KEEP, [sha256, f"{sha256[:2]}/{sha256}-{secrets.token_hex(4)}", size])
    assert row is not None  # noqa: S101 - an INSERT that does not raise returns its row
    return Kept(**row)


def release(connection: Connection, contents: Iterable[int | None]) -> None:
    """Rows have ceased to refer to these contents, in this transaction: those that nothing refers to are doomed.

    Which nobody takes back. Call it once in a transaction, and last.
    """
    these = json.dumps(sorted({content for content in contents if content is not None}))
    # Two statements: the second sees what those have done for whom the first has waited.
    if dialect.FOR_UPDATE:
        connection.fetch_all(_HOLD, [these])
    connection.execute(_DOOM, [these])


def doomed(connection: Connection, most: int) -> list[Kept]:
    """Contents whose bytes may be removed from the store, at most so many."""
    return [Kept(**row) for row in connection.fetch_all(_DOOMED, [most])]


def needed(connection: Connection, contents: Iterable[int]) -> set[int]:
    """Those of these contents that something refers to, or will: the others go, or are gone."""
    return {row["id"] for row in connection.fetch_all(_NEEDED, [json.dumps(list(contents))])}


def forget(connection: Connection, contents: Iterable[int]) -> None:
    """The bytes of these doomed contents are gone from the store."""
    connection.execute(_FORGET, [json.dumps(list(contents))])
