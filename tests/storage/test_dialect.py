"""Statements are composed of our own words alone, and the engine's own words stand in storage."""

from __future__ import annotations

import inspect
import re
from types import ModuleType
from typing import Any

import pytest

from storage.postgres import dialect as postgres
from storage.postgres import text_search as postgres_text_search
from storage.sqlite import dialect as sqlite
from storage.sqlite import text_search as sqlite_text_search
from storage.store import Fragment, dialect, sql
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


@pytest.mark.parametrize(
    ("one", "other"), [(sqlite, postgres), (sqlite_text_search, postgres_text_search)], ids=["dialect", "text search"]
)
def test_engines_are_asked_for_the_same_things_in_the_same_words(one: ModuleType, other: ModuleType):
    assert asked_for(one) == asked_for(other)
    assert len(asked_for(one)) > 5
    if one is sqlite:
        for name, function in inspect.getmembers(one, inspect.isfunction):
            said = inspect.getdoc(getattr(other, name))
            assert (inspect.getdoc(function) or "").startswith((said or "?").removesuffix(".")), name


def asked_for(module: ModuleType) -> dict[str, Any]:
    """What callers may use: functions and methods with their parameters, and constants."""
    names = {name: value for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__}
    functions = {name: inspect.signature(value) for name, value in names.items() if inspect.isfunction(value)}
    classes = [value for value in names.values() if inspect.isclass(value)]
    methods = {
        f"{kind.__name__}.{name}": inspect.signature(value) if inspect.isfunction(value) else "a property"
        for kind in classes
        for name, value in vars(kind).items()
        if not name.startswith("_") and (inspect.isfunction(value) or isinstance(value, property))
    }
    constants = {name for name, value in vars(module).items() if name.isupper() and isinstance(value, Fragment)}
    return {**functions, **methods, **dict.fromkeys(constants)}
