"""SQLite's own words for finding rows by their text: through a full-text index (FTS5), or in the text itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from storage.sql import Fragment, Params

_LIKE = re.compile("[!%_]")


class Select(Protocol):
    """What composes a SELECT of rows of a table, ..."""

    def __call__(self, rows: Fragment, matches: Fragment, stretch: Fragment, order: Fragment) -> Fragment:
        """... given what to select from, two conditions, and what to order by; the newest come first.

        The rows come first in it, `matches` next and `stretch` last: so their parameters are in order.
        """


class Index(NamedTuple):
    """The full-text index of a table whose rows have an `id` and are called `alias` in the statement.

    It is a table of its own beside that one, named after it; its rows have their ids.
    """

    table: str
    alias: str

    @property
    def _name(self) -> str:
        return f"{self.table}_fts"

    @property
    def found(self) -> Fragment:
        """A SELECT of the ids of the rows that a query asks for, its one parameter."""
        return Fragment(f"SELECT rowid FROM {self._name} WHERE {self._name} MATCH %s")  # noqa: S608 - our own words

    def newest(
        self, select: Select, params: Params, before: int, most: int, parts: Fragment
    ) -> tuple[Fragment, list[Any]]:
        """The newest rows that a query asks for, at most so many, with ids below `before`: a SELECT and its parameters.

        `select` is composed once or more than once; `params` are the query and what its further conditions take.
        `parts` is a SELECT of those parts of the table (`index_made`) that the conditions allow.
        """
        _ = most, parts  # `select` says it as well
        rows = f"{self._name} CROSS JOIN {self.table} {self.alias} ON {self.alias}.id = {self._name}.rowid"
        id_ = Fragment(f"{self._name}.rowid")
        found = select(Fragment(rows), Fragment(f"{self._name} MATCH %s"), Fragment(f"{id_} < %s"), id_)
        return found, [*params, before]

    def excerpt(self, text: str, words: int) -> Fragment:
        """The part of the indexed text with what was found, at most so many words of it; in a SELECT of `newest`."""
        _ = text  # the index knows its own
        return Fragment(f"snippet({self._name}, 0, '', '', '…', {words})")


def query(words: Sequence[str], *, last_begins: bool) -> str:
    """What an index is asked for: rows with all these words. `last_begins`: the last may be a word's beginning.

    A word that is several to the index ("well-known") must stand in the text just so.
    """
    phrases = ['"' + word.replace('"', '""') + '"' for word in words]
    return " ".join(phrases) + ("*" if last_begins else "")


def contains(text: str) -> Fragment:
    """Whether a text has a piece in it; its parameter is made by `piece`. ASCII letters count in either case."""
    return Fragment(f"{text} LIKE %s ESCAPE '!'")


def piece(text: str) -> str:
    """What `contains` looks for."""
    return "%" + _LIKE.sub(r"!\g<0>", text) + "%"


def position(text: str) -> Fragment:
    """Where in a text the parameter stands, from 1; 0 where it does not."""
    return Fragment(f"instr({text}, %s)")


def index_made(table: str, text: str, part: str) -> list[str]:
    """The statements that make the index of a column, which triggers keep current."""
    _ = part
    name = f"{table}_fts"
    options = f"{text}, content = '{table}', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'"
    add = f"INSERT INTO {name} (rowid, {text}) VALUES (new.id, new.{text});"  # noqa: S608 - our own words
    remove = f"INSERT INTO {name} ({name}, rowid, {text}) VALUES ('delete', old.id, old.{text});"  # noqa: S608 - our own words
    return [
        f"CREATE VIRTUAL TABLE {name} USING fts5({options})",
        f"CREATE TRIGGER {name}_insert AFTER INSERT ON {table} BEGIN {add} END",
        f"CREATE TRIGGER {name}_delete AFTER DELETE ON {table} BEGIN {remove} END",
        f"CREATE TRIGGER {name}_update AFTER UPDATE OF {text} ON {table} BEGIN {remove} {add} END",
    ]


def index_dropped(table: str) -> list[str]:
    """The statements that take it away again."""
    triggers = [f"DROP TRIGGER {table}_fts_{change}" for change in ("update", "delete", "insert")]
    return [*triggers, f"DROP TABLE {table}_fts"]
