"""A batch of operations in one transaction, on a storage thread.

The sends of each room are written together, and most of the time that is all. What is out of the ordinary among them,
and every edit, deletion and reaction, is looked at by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from django.db import DatabaseError

from chat.actions.locks import lock_rooms
from chat.actions.messages import perform_change
from chat.actions.refused import Refused
from chat.actions.sends import NotAllNew, send_together
from chat.live.operation import OUT_OF_ORDER, Lane, Nack, Operation, Outcome
from chat.protocol import MAX_EVENTS_CHARS, Ack, Code, Send
from chat.queries.events import events_json
from storage.store import Connection

logger = logging.getLogger("chat")

T = TypeVar("T")

ALONE = 32
"""How many are looked at by themselves in a transaction. Each has a savepoint, and from the 65th on PostgreSQL has to
look up on the disk which of them belong to a transaction: everybody who reads waits for that."""

FILE_CHARS = 3_000
"""What a file with a long name takes in an event."""

FAILED_FOR_NOW = Nack(Code.STORAGE, "the message could not be stored just now", retry=True)


class Committed(NamedTuple):
    """What a batch added to a room: the events from `first` to `last`, as a JSON array."""

    room: int
    first: int
    last: int
    events: str


class Done(NamedTuple):
    """How operations ended, and what they added."""

    outcomes: dict[Operation, Outcome]
    committed: list[Committed]


class EachAlone(Exception):
    """The database did not take the sends of a room together. Nothing was done: look at each by itself."""


def commit_batch(connection: Connection, batch: list[Operation]) -> Done:
    """Do the operations, those of a lane in their order; those that have no outcome then are left to be done next.

    Raises:
        EachAlone: try `commit_each`.
    """
    _lock(connection, batch)
    done = Done({}, [])
    for sends in _by_room(batch):
        _send_together(connection, sends, done)
    _do_each(connection, [operation for operation in batch if operation not in done.outcomes], done)
    return done


def commit_each(connection: Connection, batch: list[Operation]) -> Done:
    """`commit_batch`, each operation by itself: only some of the first have an outcome."""
    _lock(connection, batch[:ALONE])
    done = Done({}, [])
    _do_each(connection, batch, done)
    return done


def _lock(connection: Connection, batch: list[Operation]) -> None:
    rooms = {operation.frame.room for operation in batch if isinstance(operation.frame, Send)}
    messages = {operation.frame.message for operation in batch if not isinstance(operation.frame, Send)}
    lock_rooms(connection, rooms, messages)


def _by_room(batch: list[Operation]) -> list[list[Operation]]:
    """The sends of each room. No lane is torn apart: it has sends of one room, or none."""
    rooms: dict[int, list[Operation]] = {}
    for operation in batch:
        if isinstance(operation.frame, Send):
            rooms.setdefault(operation.frame.room, []).append(operation)
    return list(rooms.values())


def _send_together(connection: Connection, operations: list[Operation], done: Done) -> None:
    """Write the sends of a room, up to those among which one has to be looked at by itself."""
    for part in _bearable(operations, _chars):
        sends = [(operation.actor, operation.frame) for operation in part if isinstance(operation.frame, Send)]
        try:
            acks, events = send_together(connection, sends)
        except NotAllNew:
            return  # what comes after it must not overtake it
        except DatabaseError as error:
            raise EachAlone from error
        done.outcomes.update(zip(part, acks, strict=True))
        done.committed.append(Committed(acks[0].room, acks[0].seq, acks[-1].seq, events))


def _do_each(connection: Connection, operations: list[Operation], done: Done) -> None:
    blocked: set[Lane] = set()
    added: dict[int, list[tuple[Operation, int]]] = {}
    for operation in operations[:ALONE]:
        outcome = OUT_OF_ORDER if operation.lane in blocked else _perform(connection, operation)
        if isinstance(outcome, Nack) and outcome.retry:
            blocked.add(operation.lane)
        elif isinstance(outcome, Ack) and not outcome.duplicate:
            added.setdefault(outcome.room, []).append((operation, outcome.seq))
        done.outcomes[operation] = outcome
    for room, events in added.items():
        for part in _bearable(events, lambda event: _chars(event[0])):
            first, last = part[0][1], part[-1][1]
            done.committed.append(Committed(room, first, last, events_json(connection, room, first - 1, last)))


def _perform(connection: Connection, operation: Operation) -> Outcome:
    try:
        with connection.savepoint():
            return perform_change(connection, operation.actor, operation.frame)
    except Refused as refused:
        return Nack(refused.code, refused.message, retry=False)
    except DatabaseError as error:
        if not connection.in_transaction:
            raise  # the whole batch is gone with it
        logger.error("one operation could not be committed: %s: %s", type(error).__name__, error)
        return FAILED_FOR_NOW


def _chars(operation: Operation) -> int:
    frame = operation.frame
    return len(getattr(frame, "body", "")) + len(getattr(frame, "files", ())) * FILE_CHARS


def _bearable(items: Iterable[T], chars: Callable[[T], int]) -> list[list[T]]:
    """Parts that make frames of bearable size: one huge frame would be held for every socket at once."""
    parts: list[list[T]] = []
    room_left = 0
    for item in items:
        room_left -= chars(item)
        if room_left < 0 or not parts:
            parts.append([])
            room_left = MAX_EVENTS_CHARS - chars(item)
        parts[-1].append(item)
    return parts
