"""What the processes of an installation tell one another of themselves: entries in tables, each under a key.

A process tells what has changed, under a number that counts on, and every few seconds the number alone. Whoever finds
that it has missed one, or has just begun to listen, asks, and is told everything at once. A process that has been
silent for a while is forgotten with all that it told. All of it is hints: it may come late, and is never the truth
about anything that is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from chat.live.hints import Hint, Hints

BEAT_SECONDS = 2.0
FORGET_SECONDS = 10.0

Tables = dict[str, dict[Any, Any]]
Watch = Callable[[Any, Any, Any], None]


@dataclass(slots=True)
class Neighbour:
    """Another process: what it told last, and when it was last heard."""

    number: int = 0
    tables: Tables = field(default_factory=dict)
    heard_at: float = field(default_factory=monotonic)


class Neighbours:
    """This process's view of the others. Without a channel layer there are none, and nothing is kept for them."""

    def __init__(self, hints: Hints) -> None:
        self._hints = hints
        self._of: dict[str, Neighbour] = {}
        self._watches: dict[str, Watch] = {}
        self._number = 0
        self._told: Tables = {}
        self._untold: dict[tuple[str, Any], Any] = {}
        self._asked = False
        self._told_at = 0.0
        for kind, heard in {"ask": self._ask, "all": self._all, "changes": self._changes, "beat": self._beat}.items():
            hints.hear(kind, heard)
        hints.gather(self._tell)

    def tell(self, table: str, key: Hashable, value: Any | None) -> None:
        """Tell the others, soon, what is under this key here: something that JSON can say, or None for nothing."""
        if not self._hints.alone:
            self._untold[table, key] = value

    def values(self, table: str, key: Hashable) -> list[Any]:
        """What the others have under this key."""
        return [entries[key] for entries in self._entries(table) if key in entries]

    def items(self, table: str) -> Iterator[tuple[Any, Any]]:
        """All that the others have in this table; a key may come several times."""
        for entries in self._entries(table):
            yield from entries.items()

    def watch(self, table: str, changed: Watch) -> None:
        """Have `changed(key, before, after)` called when another process has something else under a key."""
        self._watches[table] = changed

    def forget_the_silent(self) -> None:
        """Forget the processes that have not been heard of for `FORGET_SECONDS`."""
        for process, neighbour in list(self._of.items()):
            if monotonic() - neighbour.heard_at > FORGET_SECONDS:
                self._replace(neighbour, {})
                del self._of[process]

    def _entries(self, table: str) -> list[dict[Any, Any]]:
        return [neighbour.tables[table] for neighbour in self._of.values() if table in neighbour.tables]

    # What is told

    def _tell(self) -> list[Hint]:
        self.forget_the_silent()
        changes = self._take_changes()
        due = monotonic() - self._told_at >= BEAT_SECONDS
        if not (changes or self._asked or due):
            return []
        self._told_at = monotonic()
        if self._asked:
            self._asked = False
            entries = [[table, key, value] for table, told in self._told.items() for key, value in told.items()]
            return [{"kind": "all", "number": self._number, "entries": entries}]
        if changes:
            return [{"kind": "changes", "number": self._number, "entries": changes}]
        return [{"kind": "beat", "number": self._number}]

    def _take_changes(self) -> list[list[Any]]:
        untold, self._untold = self._untold, {}
        changes = []
        for (table, key), value in untold.items():
            if _put(self._told.setdefault(table, {}), key, value) != value:
                changes.append([table, key, value])
        self._number += bool(changes)
        return changes

    # What is heard

    def _ask(self, hint: Hint) -> None:
        self._asked = self._asked or hint.get("whom") in {None, self._hints.process}

    def _beat(self, hint: Hint) -> None:
        self._keep_up(hint, hint["number"])

    def _changes(self, hint: Hint) -> None:
        neighbour = self._keep_up(hint, hint["number"] - 1)
        if neighbour is not None:
            neighbour.number = hint["number"]
            for table, key, value in hint["entries"]:
                self._change(neighbour, table, key, value)

    def _all(self, hint: Hint) -> None:
        neighbour = self._of.setdefault(hint["process"], Neighbour())
        neighbour.heard_at = monotonic()
        if hint["number"] >= neighbour.number:
            neighbour.number = hint["number"]
            tables: Tables = {}
            for table, key, value in hint["entries"]:
                tables.setdefault(table, {})[key] = value
            self._replace(neighbour, tables)

    def _keep_up(self, hint: Hint, number: int) -> Neighbour | None:
        """The process that was heard, if all it told up to this number is known here; else it is asked for all."""
        neighbour = self._of.setdefault(hint["process"], Neighbour())
        neighbour.heard_at = monotonic()
        if neighbour.number == number:
            return neighbour
        if neighbour.number < number:
            self._hints.send({"kind": "ask", "whom": hint["process"]})
        return None

    def _replace(self, neighbour: Neighbour, tables: Tables) -> None:
        for table in neighbour.tables.keys() | tables.keys():
            before, after = neighbour.tables.get(table, {}), tables.get(table, {})
            for key in before.keys() | after.keys():
                self._change(neighbour, table, key, after.get(key))

    def _change(self, neighbour: Neighbour, table: str, key: Any, value: Any | None) -> None:
        before = _put(neighbour.tables.setdefault(table, {}), key, value)
        if table in self._watches and before != value:
            self._watches[table](key, before, value)


def _put(entries: dict[Any, Any], key: Any, value: Any | None) -> Any | None:
    """Keep this under the key, or nothing. Returns what was there."""
    before = entries.pop(key, None)
    if value is not None:
        entries[key] = value
    return before


class Counts:
    """How many of something there are under each key, in this process and in all of them."""

    def __init__(self, neighbours: Neighbours, table: str) -> None:
        self._neighbours = neighbours
        self._table = table
        self._here: dict[Hashable, int] = {}

    def here(self, key: Hashable) -> int:
        """How many this process has."""
        return self._here.get(key, 0)

    def everywhere(self, key: Hashable) -> int:
        """How many all processes have, as far as is known here."""
        elsewhere: list[int] = self._neighbours.values(self._table, key)
        return self.here(key) + sum(elsewhere)

    def add(self, key: Hashable, number: int) -> None:
        """So many more here, or less."""
        count = self._here.pop(key, 0) + number
        if count:
            self._here[key] = count
        self._neighbours.tell(self._table, key, count or None)
