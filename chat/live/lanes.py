"""What one client has on its way: how much at once, how much in a while, and in which order. No I/O."""

from __future__ import annotations

from collections.abc import Callable

from chat import protocol
from chat.limits import Allowance
from chat.live.operation import RETRY_MS, Lane, Nack, Operation, Outcome
from chat.protocol import Change, Code, Send

MAX_LANES = 1000  # blocked ones: nobody has to be waited for in so many rooms
CHANGES = 0  # the lane of edits, deletes and reactions; a room's lane has the room's id


class Lanes:
    """The changes of one client that are on their way: at most `protocol.WINDOW`, those of a room in their order."""

    def __init__(self, user: int, allowance: Allowance) -> None:
        self._user = user
        self._allowance = allowance
        self._lanes: dict[int, Lane] = {}
        self._in_flight = 0

    @property
    def too_many(self) -> bool:
        """Whether the client leaves so much unfinished that it should begin anew."""
        return len(self._lanes) > MAX_LANES

    def begin(self, frame: Change, done: Callable[[Outcome], None]) -> Operation:
        """The operation for the commit queue, refused for now already if this client has sent too much.

        `done` is called with how it ended, when it is no longer on its way.
        """
        key = frame.room if isinstance(frame, Send) else CHANGES
        lane = self._lanes.setdefault(key, Lane())
        lane.in_flight += 1
        self._in_flight += 1

        def end(outcome: Outcome) -> None:
            self._in_flight -= 1
            lane.in_flight -= 1
            if lane.idle:
                del self._lanes[key]
            done(outcome)

        return Operation(self._user, frame, lane, lane.next_number(), end, refused=self._refusal())

    def _refusal(self) -> Nack | None:
        if self._in_flight > protocol.WINDOW:
            return Nack(Code.BUSY, "too many messages are on their way at once", retry=True)
        wait = self._allowance.sends.take()
        if wait:
            after_ms = max(RETRY_MS, int(wait * 1000))
            return Nack(Code.RATE_LIMITED, "slow down a little", retry=True, after_ms=after_ms)
        return None


def answer(frame: Change, outcome: Outcome) -> str:
    """The `ack` or `nack` that tells a client how its change ended."""
    if isinstance(outcome, Nack):
        after_ms = outcome.after_ms if outcome.retry else None
        return protocol.nack(frame.client_id, outcome.code, outcome.message, retry=outcome.retry, after_ms=after_ms)
    return outcome.encode()
