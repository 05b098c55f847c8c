"""Who is there. A person is online while any of their connections, to any process, is open, and a little longer: a
reload is no departure."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Set
from dataclasses import dataclass
from typing import Any

from chat.live.neighbours import Neighbours

GRACE_SECONDS = 5.0
PEOPLE = "people"


@dataclass(slots=True)
class Person:
    """Somebody who is connected to this process."""

    id: int
    name: str
    rooms: set[int]
    connections: int = 0
    leaving: asyncio.TimerHandle | None = None


class Presence:
    """This process's view. `announce(user, name, rooms, online)` is called when somebody came or went for good."""

    def __init__(self, announce: Callable[[int, str, set[int], bool], None], neighbours: Neighbours) -> None:
        self._announce = announce
        self._neighbours = neighbours
        self._here: dict[int, Person] = {}
        neighbours.watch(PEOPLE, self._changed_elsewhere)

    def enter(self, user: int, name: str, rooms: set[int]) -> None:
        """One more connection of this person."""
        known = self.is_online(user)
        person = self._here.setdefault(user, Person(user, name, set()))
        person.connections += 1
        if person.leaving is not None:
            person.leaving.cancel()
            person.leaving = None
        self.moved(user, rooms)
        if not known:
            self._announce(user, name, set(rooms), True)

    def moved(self, user: int, rooms: set[int]) -> None:
        """Note that this person is in these rooms now. They are connected to this process."""
        person = self._here[user]
        person.rooms = set(rooms)
        self._neighbours.tell(PEOPLE, user, [person.name, sorted(rooms)])

    def leave(self, user: int) -> None:
        """One connection less. Nobody hears of it before `GRACE_SECONDS` have passed without another."""
        person = self._here[user]
        person.connections -= 1
        if person.connections == 0:
            person.leaving = asyncio.get_running_loop().call_later(GRACE_SECONDS, self._left, person)

    def people(self, rooms: Set[int]) -> dict[int, str]:
        """The people who are there and share one of these rooms, with their names."""
        elsewhere = self._neighbours.items(PEOPLE)
        people = {user: name for user, (name, theirs) in elsewhere if not rooms.isdisjoint(theirs)}
        return people | {one.id: one.name for one in self._here.values() if not rooms.isdisjoint(one.rooms)}

    def is_online(self, user: int) -> bool:
        """Whether this person is connected to any process."""
        return user in self._here or bool(self._neighbours.values(PEOPLE, user))

    def _left(self, person: Person) -> None:
        self._here.pop(person.id, None)
        self._neighbours.tell(PEOPLE, person.id, None)
        if not self.is_online(person.id):
            self._announce(person.id, person.name, set(person.rooms), False)

    def _changed_elsewhere(self, user: int, before: Any, after: Any) -> None:
        if user in self._here or (before and after):
            return
        name, rooms = after or before
        if len(self._neighbours.values(PEOPLE, user)) == bool(after):  # no third process has them
            self._announce(user, name, set(rooms), bool(after))
