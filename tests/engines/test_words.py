"""PostgreSQL takes texts apart as SQLite does: the same words, the same phrases, the same excerpts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from storage.postgres import text_search as postgres
from storage.postgres import tokenizer
from storage.postgres.unicode61 import DROPPED, FOLDED, FOLDED_TO, SEPARATORS, ranges
from storage.sqlite import text_search as sqlite
from tests.engines.corpus import QUERIES, TEXTS
from tests.support.postgres import Cluster
from tests.support.process import RUN

try:
    import pysqlite3 as sqlite3
except ImportError:
    import sqlite3

TABLE = "CREATE VIRTUAL TABLE texts USING fts5(body, tokenize = 'unicode61 remove_diacritics 2')"
WORDS = [word for text in [*TEXTS[:-4], *QUERIES] for word in text.split()]
bodies = st.lists(
    st.tuples(
        st.sampled_from(WORDS) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5),
        st.sampled_from([" ", ". ", ": ", "\n", ", ", "-", ""]),
    ),
    min_size=1,
    max_size=120,
).map(lambda parts: "".join(word + end for word, end in parts))


class Both:
    """A text in each engine's index, one at a time."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._postgres = connection
        self._sqlite = sqlite3.connect(":memory:")
        self._sqlite.execute(TABLE)

    def excerpts(self, body: str, words: list[str], *, last_begins: bool) -> list[Any]:
        """What each shows of the text; None where it does not find it."""
        self._sqlite.execute("DELETE FROM texts")
        self._sqlite.execute("INSERT INTO texts VALUES (?)", [body])
        one = self._sqlite.execute(
            "SELECT snippet(texts, 0, '', '', '…', 48) FROM texts WHERE texts MATCH ?",
            [sqlite.query(words, last_begins=last_begins)],
        ).fetchone()
        other = self._postgres.execute(
            "SELECT search_excerpt(%(body)s, asked, 48) FROM search_query(%(asked)s) AS asked"
            " WHERE search_vector(%(body)s, 1) @@ asked",
            {"body": body, "asked": postgres.query(words, last_begins=last_begins)},
        ).fetchone()
        return [found and found[0] for found in (one, other)]


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    cluster = Cluster.shared(RUN)
    name = cluster.fresh_database()
    with closing(cluster.connect(name)) as connection:
        for statement in tokenizer.FUNCTIONS:
            connection.execute(statement.encode())
        yield Both(connection)
    cluster.drop(name)


def test_the_tables_are_those_of_sqlite():
    """Each character between two letters: it parts them, is a letter of its own, stands for another, or is dropped."""
    separators = {number for first, last in ranges(SEPARATORS) for number in range(first, last + 1)}
    dropped = {number for first, last in ranges(DROPPED) for number in range(first, last + 1)}
    folded = dict(zip(FOLDED, FOLDED_TO, strict=True))
    assert not set(FOLDED_TO) & set(FOLDED)
    numbers = [number for number in range(1, 0x110000) if not 0xD800 <= number < 0xE000]
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(TABLE)
        connection.execute("CREATE VIRTUAL TABLE words USING fts5vocab(texts, instance)")
        rows = ((number, f"q{chr(number)}q") for number in numbers)
        connection.executemany("INSERT INTO texts (rowid, body) VALUES (?, ?)", rows)
        found = dict(connection.execute("SELECT doc, term FROM words WHERE offset = 0"))
    for number in numbers:
        letter = chr(number)
        expected = folded.get(letter, letter.lower() if number < 128 else letter)
        word = "q" if number in separators else "qq" if number in dropped else f"q{expected}q"
        assert found[number] == word, hex(number)


@hypothesis_settings(max_examples=150, deadline=None)
@given(body=bodies, data=st.data())
def test_what_is_found_and_shown_is_the_same(both: Both, body: str, data: st.DataObject):
    words = data.draw(st.lists(st.sampled_from([*body.split(), *WORDS]), min_size=1, max_size=3))
    if data.draw(st.booleans()):
        words[-1] = words[-1][: data.draw(st.integers(1, 5))]
    words = [word for word in words if any(unicodedata.category(letter)[0] in "LN" for letter in word)]
    if words:
        one, other = both.excerpts(body, words, last_begins=data.draw(st.booleans()))
        assert one == other


@pytest.mark.parametrize("body", TEXTS, ids=lambda text: text[:20])
def test_each_text_is_found_by_each_of_its_words(both: Both, body: str):
    for word in body.split()[:40]:
        if any(unicodedata.category(letter)[0] in "LN" for letter in word):
            one, other = both.excerpts(body, [word], last_begins=False)
            assert one == other is not None, word


def test_a_word_without_an_end_is_kept(both: Both):
    one, other = both.excerpts("x" * 16_000, ["x" * 16_000], last_begins=False)
    assert one == other is not None
