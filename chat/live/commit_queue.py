"""One commit for many operations: whatever arrives while a batch is being committed makes the next batch.

Batches follow one another, so the operations of one connection are committed in the order they came in, on whichever
path storage runs. After a failure that may pass ("retry"), later operations of the same lane are refused with `order`
until the failed one comes again: a pipelining client never overtakes itself (docs/protocol.md, promise 3).
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from django.db import DatabaseError

from chat.actions.messages import perform_change
from chat.actions.refused import Refused
from chat.actions.sends import NotAllNew, send_together
from chat.live.operation import OUT_OF_ORDER, TOO_MUCH, Lane, Nack, Operation, Outcome
from chat.protocol import MAX_EVENTS_CHARS, Ack, Code, Send
from chat.queries.events import events_json
from storage.exceptions import FileLost, QueueFull, StorageError
from storage.store import Connection, store

logger = logging.getLogger("chat")

BATCH = 256
MAX_WAITING = 10_000
COMMIT_SECONDS = 20.0


class Committed(NamedTuple):
    """What a batch added to a room: the events from `first` to `last`, as a JSON array."""

    room: int
    first: int
    last: int
    events: str


class _Added(NamedTuple):
    seq: int
    body: int  # characters


class CommitQueue:
    """The operations of this process on their way to the database. `publish` learns what each commit added."""

    def __init__(self, publish: Callable[[list[Committed]], None]) -> None:
        self._publish = publish
        self._waiting: deque[Operation] = deque()
        self._worker: asyncio.Task[None] | None = None

    def put(self, operation: Operation) -> None:
        """Take the operation; its `done` is called when it is committed or refused."""
        if len(self._waiting) >= MAX_WAITING:
            operation = replace(operation, refused=TOO_MUCH)
        self._waiting.append(operation)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.ensure_future(self._work())

    async def drain(self, seconds: float) -> None:
        """Wait until everything that was put in has been committed or refused, but no longer than so many seconds."""
        if self._worker is not None:
            await asyncio.wait([self._worker], timeout=seconds)

    async def _work(self) -> None:
        while self._waiting:
            batch = self._next_batch()
            if batch:
                await self._commit(batch)

    def _next_batch(self) -> list[Operation]:
        batch: list[Operation] = []
        while self._waiting and len(batch) < BATCH:
            operation = self._waiting.popleft()
            if not operation.lane.admits(operation):
                _finish(operation, OUT_OF_ORDER)
            elif operation.refused:
                _finish(operation, operation.refused)
            else:
                batch.append(operation)
        return batch

    async def _commit(self, batch: list[Operation]) -> None:
        try:
            outcomes, committed = await store.transaction(commit_batch, batch, timeout=COMMIT_SECONDS)
        except QueueFull:
            outcomes, committed = [TOO_MUCH] * len(batch), []
        except FileLost:  # storage has said so, once
            outcomes, committed = [_failed_for_now()] * len(batch), []
        except (StorageError, DatabaseError) as error:
            logger.error("a batch of %d could not be committed: %s: %s", len(batch), type(error).__name__, error)
            outcomes, committed = [_failed_for_now()] * len(batch), []
        except Exception:
            logger.exception("a batch of %d could not be committed", len(batch))  # nobody must wait for ever
            outcomes, committed = [_failed_for_now()] * len(batch), []
        for operation, outcome in zip(batch, outcomes, strict=True):
            _finish(operation, outcome)
        self._publish(committed)


def commit_batch(connection: Connection, batch: list[Operation]) -> tuple[list[Outcome], list[Committed]]:
    """Do the operations, those of a lane in their order. Runs on a storage thread."""
    outcomes: dict[Operation, Outcome] = {}
    for part in _parts(batch):
        outcomes |= _together(connection, part) or _one_by_one(connection, part)
    added: dict[int, list[_Added]] = {}
    for operation, outcome in outcomes.items():
        if isinstance(outcome, Ack) and not outcome.duplicate:
            added.setdefault(outcome.room, []).append(_Added(outcome.seq, len(getattr(operation.frame, "body", ""))))
    committed = [
        Committed(room, first, last, events_json(connection, room, first - 1, last))
        for room, events in added.items()
        for first, last in _frames(events)
    ]
    return [outcomes[operation] for operation in batch], committed


def _parts(batch: list[Operation]) -> list[list[Operation]]:
    """The sends of each room, then everything else. No lane is torn apart: it has sends of one room, or none."""
    sends: dict[int, list[Operation]] = {}
    others: list[Operation] = []
    for operation in batch:
        part = sends.setdefault(operation.frame.room, []) if isinstance(operation.frame, Send) else others
        part.append(operation)
    return [*sends.values(), others]


def _together(connection: Connection, part: list[Operation]) -> dict[Operation, Outcome]:
    """The outcomes of a part that is written at once; none if it cannot be: then each has to be looked at."""
    sends = [(operation.actor, operation.frame) for operation in part if isinstance(operation.frame, Send)]
    if not sends:
        return {}
    try:
        with connection.savepoint():
            return dict(zip(part, send_together(connection, sends), strict=True))
    except NotAllNew:
        return {}
    except DatabaseError:
        if not connection.in_transaction:
            raise  # the whole batch is gone with it
        return {}


def _one_by_one(connection: Connection, part: list[Operation]) -> dict[Operation, Outcome]:
    outcomes: dict[Operation, Outcome] = {}
    blocked: set[Lane] = set()
    for operation in part:
        outcome = OUT_OF_ORDER if operation.lane in blocked else _perform(connection, operation)
        if isinstance(outcome, Nack) and outcome.retry:
            blocked.add(operation.lane)
        outcomes[operation] = outcome
    return outcomes


def _frames(events: list[_Added]) -> list[tuple[int, int]]:
    """Ranges of `seq` that make frames of bearable size: one huge frame would be held for every socket at once."""
    frames = [(events[0].seq, events[0].seq)]
    chars = 0
    for seq, body in events:
        chars += body
        if chars > MAX_EVENTS_CHARS:
            frames.append((seq, seq))
            chars = body
        frames[-1] = (frames[-1][0], seq)
    return frames


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
        return _failed_for_now()


def _failed_for_now() -> Nack:
    return Nack(Code.STORAGE, "the message could not be stored just now", retry=True)


def _finish(operation: Operation, outcome: Outcome) -> None:
    if isinstance(outcome, Nack) and outcome.retry:
        operation.lane.block(operation)
    operation.done(outcome)
