"""PostgreSQL's own words for finding rows by their text: through a full-text index (GIN), or in the text itself.

The index is over a column `words` of the table itself, made by `tokenizer`'s functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from storage.postgres import tokenizer
from storage.sql import Fragment, Params

NEAR = 4_000
"""So many of the newest rows are looked through before the index is asked.

GIN finds all rows with a word at once, in no order. A common word fills a page from the newest rows; of what is too
rare for that, or too rare in the few parts of the table that are asked for, the index finds few.
"""

FEW_PARTS = 8
"""So many parts of the table the index is asked for besides the words; more take it longer than they spare."""

_ANY_PART = """coalesce(string_agg('''#' || part || '''', ' | '), '''#''')::tsquery"""


class Select(Protocol):
    """What composes a SELECT of rows of a table, ..."""

    def __call__(self, rows: Fragment, matches: Fragment, stretch: Fragment, order: Fragment) -> Fragment:
        """... given what to select from, two conditions, and what to order by; the newest come first.

        The rows come first in it, `matches` next and `stretch` last: so their parameters are in order.
        """


class Index(NamedTuple):
    """The full-text index of a table whose rows have an `id` and are called `alias` in the statement."""

    table: str
    alias: str

    @property
    def found(self) -> Fragment:
        """A SELECT of the ids of the rows that a query asks for, its one parameter."""
        return Fragment(f"SELECT id FROM {self.table} WHERE words @@ search_query(%s)")  # noqa: S608 - our own words

    def newest(
        self, select: Select, params: Params, before: int, most: int, parts: Fragment
    ) -> tuple[Fragment, list[Any]]:
        """The newest rows that a query asks for, at most so many, with ids below `before`: a SELECT and its parameters.

        `select` is composed once or more than once; `params` are the query and what its further conditions take.
        `parts` is a SELECT of those parts of the table (`index_made`) that the conditions allow.
        """
        rows = Fragment(f"{self.table} {self.alias} CROSS JOIN search_query(%s) AS asked")
        matches = Fragment(f"ts_match_vq({self.alias}.words, asked)")  # `@@` without the index
        id_ = f"{self.alias}.id"
        edge = f"(SELECT least(%s, max(id) + 1) - {NEAR} FROM {self.table})"  # noqa: S608 - our own words
        near = select(rows, matches, Fragment(f"{id_} < %s AND {id_} >= {edge}"), Fragment(id_))
        those = f"SELECT {_ANY_PART} FROM ({parts}) AS those (part) HAVING count(*) <= {FEW_PARTS}"  # noqa: S608
        in_parts = Fragment(f"{self.alias}.words @@ coalesce(asked && ({those}), asked)")
        far = select(rows, in_parts, Fragment(f"{id_} + 0 < {edge}"), Fragment(f"{id_} + 0"))
        # One after the other, and the second only where the first has not filled the page.
        found = f"SELECT * FROM (({near}) UNION ALL ({far})) AS found LIMIT {most}"  # noqa: S608 - our own words
        return Fragment(found), [*params, before, before, *params, before]

    def excerpt(self, text: str, words: int) -> Fragment:
        """The part of the indexed text with what was found, at most so many words of it; in a SELECT of `newest`."""
        return Fragment(f"search_excerpt({text}, asked, {words})")


def query(words: Sequence[str], *, last_begins: bool) -> str:
    """What an index is asked for: rows with all these words. `last_begins`: the last may be a word's beginning.

    A word that is several to the index ("well-known") must stand in the text just so.
    """
    return " ".join(["*" if last_begins else "", *words])


def contains(text: str) -> Fragment:
    """Whether a text has a piece in it; its parameter is made by `piece`. ASCII letters count in either case."""
    # Not LIKE, which the planner takes for so rare that it would read the whole table instead of the newest rows first.
    return Fragment(f'strpos(lower({text} COLLATE "C"), lower(%s COLLATE "C")) > 0')


def piece(text: str) -> str:
    """What `contains` looks for."""
    return text


def position(text: str) -> Fragment:
    """Where in a text the parameter stands, from 1; 0 where it does not."""
    return Fragment(f"strpos({text}, %s)")


def index_made(table: str, text: str, part: str) -> list[str]:
    """The statements that make the index of a column."""
    # What is not in the index's order yet is read through by each search: 256 kB, not the 4 MB of the default.
    return [
        *tokenizer.FUNCTIONS,
        f"ALTER TABLE {table} ADD COLUMN words tsvector GENERATED ALWAYS AS (search_vector({text}, {part})) STORED",
        f"CREATE INDEX {table}_words ON {table} USING gin (words) WITH (gin_pending_list_limit = 256)",
    ]


def index_dropped(table: str) -> list[str]:
    """The statements that take it away again."""
    return [f"ALTER TABLE {table} DROP COLUMN words"]
