"""The move itself: read one state of the source, fill the target, compare, and only then have it count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.db import DatabaseError

from storage.exceptions import CannotMove
from storage.moving.digests import digest
from storage.moving.progress import Progress
from storage.moving.side import Row, Side
from storage.moving.tables import Table

SHOWN = 10  # parts that are named when they differ


def move(source: Side, target: Side, parts: Mapping[str, str], progress: Progress) -> int:
    """Copy all rows of a source that is held into a target that was migrated. Returns how many.

    `parts` names, for tables whose rows belong to parts that are compared by themselves, the column that says which.

    Raises:
        CannotMove: what has arrived is not what was sent. The target counts as empty.
        DatabaseError: one of the engines refuses; likewise.
    """
    counts = {table.name: source.count(table) for table in source.tables}
    total = sum(counts.values())
    target.begin()
    progress.begin("Copying", total)
    for table in source.tables:
        _load(source, target, table, progress)
        progress.say(f"  {table.name}: {counts[table.name]:,} rows")
    progress.say("Building indexes")
    target.complete()
    for table in source.tables:
        if table.serial:
            target.set_last_id(table, source.last_id(table))
    progress.begin("Comparing", total * 2)
    for table in source.tables:
        _compare(source, target, table, parts.get(table.name), progress)
    target.finish()
    return total


def _load(source: Side, target: Side, table: Table, progress: Progress) -> None:
    try:
        target.load(table, _counted(source.rows(table), progress))
    except DatabaseError as error:
        error.add_note(f"in {table.name}")
        raise


def _counted(batches: Iterator[list[Row]], progress: Progress) -> Iterator[list[Row]]:
    for batch in batches:
        yield batch
        progress.advance(len(batch))


def _compare(source: Side, target: Side, table: Table, by: str | None, progress: Progress) -> None:
    sent, arrived = (digest(side, table, by, progress.advance) for side in (source, target))
    different = sent.differences(arrived)
    if sent.rows != arrived.rows or different:
        where = "" if by is None else f", in {by} {', '.join(map(str, different[:SHOWN]))}"
        raise CannotMove(f"{table.name} has not arrived as it was: {sent.rows} rows and {arrived.rows}{where}")
    if table.serial and source.last_id(table) != target.last_id(table):
        raise CannotMove(f"{table.name} would give numbers again that it has given already")
