"""Statements are composed of our own words alone, and the engine's own words stand in storage."""

from __future__ import annotations

import re

import pytest

from storage.store import dialect, sql
from tests.support.environment import ROOT

SQLITE_ALONE = re.compile(
    r"strftime|json_\w+\(|\bjson\(|group_concat|iif\(|->>|NOCASE|\bMATCH\b|snippet\(|rowid|instr\(|\bLIKE\b|CROSS JOIN"
    r"|sqlite_sequence"
)
FILES = sorted(
    file.relative_to(ROOT)
    for package in ("actions", "admin", "api", "live", "pages", "queries")
    for file in (ROOT / "chat" / package).rglob("*.py")
)


def test_a_text_of_unknown_origin_gets_into_no_statement():
    with pytest.raises(TypeError):
        sql("SELECT {what}", what="1; DROP TABLE chat_message")  # type: ignore[arg-type]
    assert sql("SELECT {what} LIMIT {most}", what=sql("1"), most=3) == "SELECT 1 LIMIT 3"


@pytest.mark.parametrize("file", FILES, ids=str)
def test_what_only_sqlite_says_stands_in_storage(file):
    # Its helpers have names of their own: what is left are words in statements.
    text = (ROOT / file).read_text()
    for name in vars(dialect):
        text = text.replace(f"dialect.{name}(", "(")
    assert SQLITE_ALONE.findall(text) == []
    assert "S608" not in text
