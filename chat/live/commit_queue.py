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

from django.db import DatabaseError

from chat.live.batch import FAILED_FOR_NOW, Committed, Done, EachAlone, commit_batch, commit_each
from chat.live.operation import OUT_OF_ORDER, TOO_MUCH, Nack, Operation, Outcome
from storage.exceptions import FileLost, QueueFull, StorageError
from storage.store import store

logger = logging.getLogger("chat")

BATCH = 256
MAX_WAITING = 10_000
COMMIT_SECONDS = 20.0


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
            outcomes, committed = await self._write(batch)
        except QueueFull:
            outcomes, committed = dict.fromkeys(batch, TOO_MUCH), []
        except FileLost:  # storage has said so, once
            outcomes, committed = dict.fromkeys(batch, FAILED_FOR_NOW), []
        except (StorageError, DatabaseError) as error:
            logger.error("a batch of %d could not be committed: %s: %s", len(batch), type(error).__name__, error)
            outcomes, committed = dict.fromkeys(batch, FAILED_FOR_NOW), []
        except Exception:
            logger.exception("a batch of %d could not be committed", len(batch))  # nobody must wait for ever
            outcomes, committed = dict.fromkeys(batch, FAILED_FOR_NOW), []
        self._waiting.extendleft(operation for operation in reversed(batch) if operation not in outcomes)
        for operation in batch:
            if operation in outcomes:
                _finish(operation, outcomes[operation])
        self._publish(committed)

    async def _write(self, batch: list[Operation]) -> Done:
        try:
            return await store.transaction(commit_batch, batch, timeout=COMMIT_SECONDS)
        except EachAlone:
            return await store.transaction(commit_each, batch, timeout=COMMIT_SECONDS)


def _finish(operation: Operation, outcome: Outcome) -> None:
    if isinstance(outcome, Nack) and outcome.retry:
        operation.lane.block(operation)
    operation.done(outcome)
