"""A change on its way to the database, the lane in which it keeps its order, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from chat.protocol import Ack, Change, Code

RETRY_MS = 500


class Lane:
    """The operations of one connection in one room, which keep their order. They are numbered as they come in."""

    __slots__ = ("_blocked_at", "_last", "blocked_by", "in_flight")

    def __init__(self) -> None:
        self.blocked_by: str | None = None
        self._blocked_at = 0
        self._last = 0
        self.in_flight = 0

    @property
    def idle(self) -> bool:
        """Whether it can be forgotten: nothing on its way, nothing to be waited for."""
        return not self.in_flight and self.blocked_by is None

    def next_number(self) -> int:
        """The place of one more operation."""
        self._last += 1
        return self._last

    def admits(self, operation: Operation) -> bool:
        """Whether this operation may go on; the one that failed for now, coming again, opens the lane.

        One that came before it is not behind it.
        """
        if self.blocked_by == operation.frame.client_id:
            self.blocked_by = None
        return self.blocked_by is None or operation.number < self._blocked_at

    def block(self, operation: Operation) -> None:
        """This operation failed for now: nothing that came after it may overtake it.

        One is refused when its turn comes, another fails in the commit that was under way: the first to come counts.
        """
        if self.blocked_by is None or operation.number < self._blocked_at:
            self.blocked_by = operation.frame.client_id
            self._blocked_at = operation.number


class Nack(NamedTuple):
    """Not done; with `retry`, not done *for now*."""

    code: Code
    message: str
    retry: bool
    after_ms: int = RETRY_MS


Outcome = Ack | Nack
TOO_MUCH = Nack(Code.BUSY, "the server has too much to do", retry=True)
OUT_OF_ORDER = Nack(Code.ORDER, "an earlier message of yours has to be sent first", retry=True)


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """A change that `actor` (a user's id) asks for. `done` is called on the event loop, once, with how it ended.

    One that is `refused` already (the client sends too much) waits for its turn as well: what was sent before it may
    have to open the lane first, and what was sent after it must find the lane closed.
    """

    actor: int
    frame: Change
    lane: Lane
    number: int
    done: Callable[[Outcome], None]
    refused: Nack | None = None
