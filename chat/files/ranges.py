"""Which part of a file a request asks for, and whether it has it already (RFC 9110, sections 13 and 14)."""

from __future__ import annotations

import re

# More digits than any file has bytes; so many, that numbers stay cheap.
_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,30})-(\d{0,30})\s*", re.ASCII | re.IGNORECASE)
_TAG = re.compile(r'\s*(?:W/)?("[^"]*")\s*(?:,|$)')


class Unsatisfiable(Exception):
    """Nothing of what is asked for is in the file."""


def part(asked: str | None, condition: str | None, etag: str, length: int) -> range | None:
    """The bytes that `Range` asks for; None for all of them.

    `condition` is `If-Range`: what has another tag is sent whole, and so is what is asked for in several parts, or in
    words that nobody knows.

    Raises:
        Unsatisfiable: it asks for what is behind the end.
    """
    found = _RANGE.fullmatch(asked or "")
    if found is None or (condition is not None and condition.strip() != etag):
        return None
    first, last = found.groups()
    if not first and not last:
        return None
    if not first:
        begin, end = max(0, length - int(last)), length
    else:
        begin, end = int(first), min(int(last) + 1, length) if last else length
        if last and int(last) < begin:
            return None
    if begin >= end:
        raise Unsatisfiable
    return range(begin, end)


def is_known(asked: str | None, etag: str) -> bool:
    """Whether `If-None-Match` names this tag, so that nothing has to be sent."""
    return asked is not None and (asked.strip() == "*" or etag in _TAG.findall(asked))
