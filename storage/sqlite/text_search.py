"""SQLite's own words for finding rows by their text: through a full-text index (FTS5), or in the text itself.

The index is a table beside the one whose texts it has; its rows have their ids.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from storage.sql import Fragment

_LIKE = re.compile("[!%_]")


def matches(index: str) -> Fragment:
    """Whether a row is one that the query asks for; its parameter is made by `query`."""
    return Fragment(f"{index} MATCH %s")


def query(words: Sequence[str], *, last_begins: bool) -> str:
    """What an index is asked for: rows with all these words. `last_begins`: the last may be a word's beginning.

    A word that is several to the index ("well-known") must stand in the text just so.
    """
    phrases = ['"' + word.replace('"', '""') + '"' for word in words]
    return " ".join(phrases) + ("*" if last_begins else "")


def row_id(index: str) -> Fragment:
    """The id of the row whose text was found."""
    return Fragment(f"{index}.rowid")


def excerpt(index: str, words: int) -> Fragment:
    """The part of the text with what was found, at most so many words of it."""
    return Fragment(f"snippet({index}, 0, '', '', '…', {words})")


def contains(text: str) -> Fragment:
    """Whether a text has a piece in it; its parameter is made by `piece`. ASCII letters count in either case."""
    return Fragment(f"{text} LIKE %s ESCAPE '!'")


def piece(text: str) -> str:
    """What `contains` looks for."""
    return "%" + _LIKE.sub(r"!\g<0>", text) + "%"


def position(text: str) -> Fragment:
    """Where in a text the parameter stands, from 1; 0 where it does not."""
    return Fragment(f"instr({text}, %s)")
