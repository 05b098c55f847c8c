"""Statements, how they are put together, and parameters, before they reach a driver."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, LiteralString

from django.db import DataError, NotSupportedError

Params = Sequence[Any]

MAX_TEXT_CHARS = 8 * 1024 * 1024
_MIN_INT, _MAX_INT = -(2**63), 2**63 - 1
_PLACEHOLDER = re.compile(r"(?<!%)%s")
# SQLite passes over white space, semicolons, comments and a byte order mark before a statement's first word.
_FIRST_WORD = re.compile(r"(?:[\s;\ufeff]|--[^\n]*(?:\n|$)|/\*.*?(?:\*/|$))*(\w*)", re.DOTALL)
# The words of both engines: what one of them refuses anyhow the other may take.
_TRANSACTION = {"BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE", "PREPARE"}
_LASTING = {
    "PRAGMA",
    "ATTACH",
    "DETACH",
    "VACUUM",
    "SET",
    "RESET",
    "DISCARD",
    "DEALLOCATE",
    "LISTEN",
    "UNLISTEN",
    "LOAD",
}


class Fragment(str):
    """SQL that the program itself has written."""

    __slots__ = ()


def sql(template: LiteralString, **fragments: Fragment | int) -> Fragment:
    """A statement, or a part of one, with its `{name}`s replaced.

    The one place where SQL is put together from pieces, so that none of them can come from outside.

    Raises:
        TypeError: one is an ordinary text.
    """
    for name, fragment in fragments.items():
        if not isinstance(fragment, Fragment | int):
            raise TypeError(f"{name} is a text of unknown origin: pass it as a parameter, or make it with sql()")
    return Fragment(template.format(**fragments))


@lru_cache(maxsize=1024)
def to_qmark(sql: str) -> str:
    """Turn Django's placeholders (`%s`, a literal percent sign is `%%`) into SQLite's `?`.

    The same rule as `django.db.backends.sqlite3`, so that a statement means the same on both paths; cached, because
    a program has few distinct statements and runs each of them often.
    """
    return _PLACEHOLDER.sub("?", sql).replace("%%", "%")


@lru_cache(maxsize=1024)
def check_statement(sql: str) -> None:
    """Refuse statements that would reach beyond the caller's own work.

    Raises:
        NotSupportedError: for what begins, ends or divides a transaction, which others may share (there are
            `store.transaction` and `connection.savepoint`), and for what changes the connection for whoever comes
            next (what a PRAGMA knows can be read: `SELECT * FROM pragma_journal_mode`).
    """
    found = _FIRST_WORD.match(sql)
    word = found[1].upper() if found else ""
    if word in _TRANSACTION:
        raise NotSupportedError(f"{word}: transactions are the store's; use store.transaction and connection.savepoint")
    if word in _LASTING:
        raise NotSupportedError(f"{word}: this would change the connection for everybody who comes later")


def check_params(params: Params) -> None:
    """Refuse values that a driver would mangle or choke on, naming the position.

    Raises:
        DataError: NUL in a text (PostgreSQL has no such text, SQLite's JSON functions stop there), a lone surrogate
            (not text at all), NaN (SQLite would silently store NULL), an integer beyond 64 bits, or a text of more
            than `MAX_TEXT_CHARS` characters.
    """
    for position, value in enumerate(params, start=1):
        if isinstance(value, str):
            if len(value) > MAX_TEXT_CHARS:
                raise DataError(f"parameter {position}: a text of {len(value)} characters is too long")
            if "\0" in value:
                raise DataError(f"parameter {position}: NUL character in text")
            if not value.isascii():
                try:
                    value.encode()
                except UnicodeEncodeError:
                    raise DataError(f"parameter {position}: lone surrogate in text") from None
        elif isinstance(value, int):
            if not _MIN_INT <= value <= _MAX_INT:
                raise DataError(f"parameter {position}: integer does not fit 64 bits")
        elif isinstance(value, float) and math.isnan(value):
            raise DataError(f"parameter {position}: NaN is not a number a database can keep")
