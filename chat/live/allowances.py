"""The allowances of everybody who uses this installation, as this process knows them.

Each process counts for itself, without asking anybody, and tells the others a few times a second what was used of
whose: there it is used up as well, and owed where it was not there. So a person who is everywhere at once has a burst
in each process at most, and then waits for all of it.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings

from chat.limits import Allowance
from chat.live.hints import Hint, Hints
from chat.live.neighbours import Counts, Neighbours

KEPT = 1000  # allowances that are kept without asking whether anybody needs them
TELL_EVERY = 3  # times that hints are gathered


class Allowances:
    """By user id. An allowance is kept until nothing of it is missing: coming back gives no more."""

    def __init__(self, hints: Hints, neighbours: Neighbours) -> None:
        self._of: dict[int, Allowance] = {}
        self._connections = Counts(neighbours, "connections")
        self._spenders: set[int] = set()
        self._most = KEPT
        self._gathered = 0
        hints.hear("spent", self._heard)
        hints.gather(self._tell)

    def of(self, user: int) -> Allowance:
        """The allowance of this person."""
        found = self._of.get(user)
        if found is None:
            self._forget_what_nobody_needs()
            found = self._of[user] = Allowance(partial(self._spenders.add, user))
        return found

    def enter(self, user: int) -> Allowance | None:
        """One more connection of this person; None if they have too many, in all processes together."""
        if self._connections.everywhere(user) >= settings.CONNECTIONS_PER_USER:
            return None
        self._connections.add(user, 1)
        return self.of(user)

    def leave(self, user: int) -> None:
        """One connection less."""
        self._connections.add(user, -1)

    def _tell(self) -> list[Hint]:
        self._gathered += 1
        if self._gathered % TELL_EVERY or not self._spenders:
            return []
        told: list[list[Any]] = [[user, self._of[user].untold()] for user in self._spenders if user in self._of]
        self._spenders.clear()
        return [{"kind": "spent", "people": told}]

    def _heard(self, hint: Hint) -> None:
        for user, spent in hint["people"]:
            self.of(user).owe(spent)

    def _forget_what_nobody_needs(self) -> None:
        if len(self._of) >= self._most:
            needed = {user: one for user, one in self._of.items() if self._connections.here(user) or not one.is_full}
            self._of = needed
            self._most = max(KEPT, 2 * len(needed))
