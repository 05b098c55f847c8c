"""Who is there. A person is online while any of their connections, to any process, is open, and a little longer: a
reload is no departure."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Set
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

GRACE_SECONDS = 5.0
TELL_SECONDS = 10.0
FORGET_SECONDS = 30.0


@dataclass(slots=True)
class Person:
    """Somebody who is connected to this process."""

    id: int
    name: str
    rooms: set[int]
    connections: int = 0
    leaving: asyncio.TimerHandle | None = None


@dataclass(slots=True)
class Neighbour:
    """Another process: who is there, and when it was last heard."""

    people: dict[int, tuple[str, set[int]]] = field(default_factory=dict)
    heard_at: float = field(default_factory=monotonic)


class Presence:
    """This process's view. `announce(user, name, rooms, online)` is called when somebody came or went for good."""

    def __init__(
        self, announce: Callable[[int, str, set[int], bool], None], tell: Callable[[dict[str, Any]], None]
    ) -> None:
        self._announce = announce
        self._tell = tell
        self._here: dict[int, Person] = {}
        self._neighbours: dict[str, Neighbour] = {}
        self._told_at = 0.0

    def enter(self, user: int, name: str, rooms: set[int]) -> None:
        """One more connection of this person."""
        known = self.is_online(user)
        person = self._here.setdefault(user, Person(user, name, set(rooms)))
        person.connections += 1
        person.rooms = set(rooms)
        if person.leaving is not None:
            person.leaving.cancel()
            person.leaving = None
        if not known:
            self._announce(user, name, set(rooms), True)
        self._tell_all()

    def moved(self, user: int, rooms: set[int]) -> None:
        """Note that this person is in these rooms now. They are connected to this process."""
        self._here[user].rooms = set(rooms)

    def leave(self, user: int) -> None:
        """One connection less. Nobody hears of it before `GRACE_SECONDS` have passed without another."""
        person = self._here[user]
        person.connections -= 1
        if person.connections == 0:
            person.leaving = asyncio.get_running_loop().call_later(GRACE_SECONDS, self._left, person)

    def people(self, rooms: Set[int]) -> dict[int, str]:
        """The people who are there and share one of these rooms, with their names."""
        people = {person.id: person.name for person in self._here.values() if person.rooms & rooms}
        for neighbour in self._neighbours.values():
            people |= {user: name for user, (name, theirs) in neighbour.people.items() if theirs & rooms}
        return people

    def is_online(self, user: int) -> bool:
        """Whether this person is connected to any process."""
        return user in self._here or any(user in neighbour.people for neighbour in self._neighbours.values())

    def heard(self, process: str, people: list[tuple[int, str, list[int]]]) -> None:
        """Another process tells who is there."""
        before = self._neighbours.get(process, Neighbour()).people
        self._neighbours[process] = Neighbour({user: (name, set(rooms)) for user, name, rooms in people})
        self._compare(before, self._neighbours[process].people)

    def tick(self) -> None:
        """Once in a while: tell the others again, and forget processes that have gone silent."""
        now = monotonic()
        if now - self._told_at > TELL_SECONDS:
            self._tell_all()
        for process, neighbour in list(self._neighbours.items()):
            if now - neighbour.heard_at > FORGET_SECONDS:
                del self._neighbours[process]
                self._compare(neighbour.people, {})

    def _left(self, person: Person) -> None:
        self._here.pop(person.id, None)
        if not self.is_online(person.id):
            self._announce(person.id, person.name, set(person.rooms), False)
        self._tell_all()

    def _compare(self, before: dict[int, tuple[str, set[int]]], after: dict[int, tuple[str, set[int]]]) -> None:
        for user in before.keys() ^ after.keys():
            elsewhere = user in self._here or sum(user in n.people for n in self._neighbours.values()) > (user in after)
            if not elsewhere:
                name, rooms = (after if user in after else before)[user]
                self._announce(user, name, rooms, user in after)

    def _tell_all(self) -> None:
        self._told_at = monotonic()
        people = [[person.id, person.name, sorted(person.rooms)] for person in self._here.values()]
        self._tell({"kind": "presence", "people": people})
