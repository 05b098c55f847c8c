"""Whether two databases hold the same: a checksum over what their rows say, whatever each engine made of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from hashlib import sha256
from typing import Any, NamedTuple

from storage.moving.side import Side
from storage.moving.tables import Table


class Digest(NamedTuple):
    """What a table holds: how many rows, and a checksum of all of them, or of those of each part."""

    rows: int
    sums: dict[Any, bytes]

    def differences(self, other: Digest) -> list[Any]:
        """The parts in which the two do not hold the same."""
        return [part for part in {**self.sums, **other.sums} if self.sums.get(part) != other.sums.get(part)]


def digest(side: Side, table: Table, by: str | None, advance: Callable[[int], None]) -> Digest:
    """Read a table in the order of its keys. `by` is the column that says to which part a row belongs.

    `advance` is told of rows as they are read.
    """
    rows = 0
    sums: dict[Any, Any] = defaultdict(sha256)
    place = None if by is None else table.place(by)
    for batch in side.rows(table):
        for row in batch:
            sums[None if place is None else row[place]].update(repr(row).encode())
        rows += len(batch)
        advance(len(batch))
    return Digest(rows, {part: checksum.digest() for part, checksum in sums.items()})
