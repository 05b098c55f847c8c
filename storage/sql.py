"""Statements and parameters, before they reach a driver."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import DataError

Params = Sequence[Any]

MAX_TEXT_CHARS = 8 * 1024 * 1024
_INT64 = range(-(2**63), 2**63)
_PLACEHOLDER = re.compile(r"(?<!%)%s")


@lru_cache(maxsize=1024)
def to_qmark(sql: str) -> str:
    """Turn Django's placeholders (`%s`, a literal percent sign is `%%`) into SQLite's `?`.

    The same rule as `django.db.backends.sqlite3`, so that a statement means the same on both paths; cached, because
    a program has few distinct statements and runs each of them often.
    """
    return _PLACEHOLDER.sub("?", sql).replace("%%", "%")


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
            if value not in _INT64:
                raise DataError(f"parameter {position}: integer does not fit 64 bits")
        elif isinstance(value, float) and math.isnan(value):
            raise DataError(f"parameter {position}: NaN is not a number a database can keep")
