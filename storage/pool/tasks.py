"""One piece of work on its way from an awaiter to a thread and back."""

from __future__ import annotations

import asyncio
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db import OperationalError

from storage.connections import Connection
from storage.exceptions import QueryTimeout, WorkerDied

T = TypeVar("T")
Work = Callable[[Connection], T]

AGAIN_SECONDS = 0.01
MANY = 32
AFTER_SECONDS = 0.001


class Mailbox:
    """Carries results to one event loop. A loop that is busy is woken once for all results that came meanwhile.

    While many are awaited it looks again a little later instead of being woken for each: to wake it takes longer than
    a quick query. As soon as a look finds nothing, the next result wakes it.

    It does not hold the loop: then no loop that ends would ever be forgotten.
    """

    def __init__(self) -> None:
        self.awaited = 0
        """How many results are waited for; the loop's own business."""
        self._letters: deque[tuple[asyncio.Future[Any], Any, BaseException | None]] = deque()
        self._woken = False

    def post(self, future: asyncio.Future[Any], value: Any, error: BaseException | None) -> None:
        """Deliver from any thread. Nobody listens any more on a closed loop: the letter is dropped."""
        self._letters.append((future, value, error))
        if not self._woken:
            self._woken = True
            loop = future.get_loop()
            try:
                loop.call_soon_threadsafe(self._deliver, loop)
            except RuntimeError:
                self._letters.clear()

    def _deliver(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._letters and self.awaited >= MANY:
            self._empty()
            loop.call_later(AFTER_SECONDS, self._deliver, loop)
        else:
            self._woken = False  # before emptying: a letter posted from here on wakes the loop again
            self._empty()

    def _empty(self) -> None:
        while self._letters:
            future, value, error = self._letters.popleft()
            if future.done():
                continue
            if error is None:
                future.set_result(value)
            else:
                future.set_exception(error)


_mailboxes: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Mailbox] = weakref.WeakKeyDictionary()


def _mailbox(loop: asyncio.AbstractEventLoop) -> Mailbox:
    box = _mailboxes.get(loop)
    if box is None:
        box = _mailboxes[loop] = Mailbox()
    return box


class Task(Generic[T]):
    """A piece of work, its awaiter and its deadline. Made on the awaiter's event loop.

    When the awaiter is cancelled a read in progress is interrupted; a write goes on (to interrupt it may take others
    along that are committed with it).
    """

    __slots__ = (
        "_connection",
        "_expired",
        "_lock",
        "_mailbox",
        "_reading",
        "created",
        "ended",
        "future",
        "started",
        "taken",
        "timeout",
        "work",
    )

    def __init__(self, work: Work[T], timeout: float | None, *, reading: bool) -> None:
        loop = asyncio.get_running_loop()
        self.work = work
        self.timeout = timeout
        self.taken = False
        self.created = self.started = self.ended = time.perf_counter()
        self.future: asyncio.Future[T] = loop.create_future()
        self._mailbox = _mailbox(loop)
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._reading = reading
        self._expired = False

    @property
    def abandoned(self) -> bool:
        """Nobody waits for the result any more: cancelled, or past its deadline."""
        return self.future.done()

    async def result(self) -> T:
        """Wait for the result.

        Raises:
            QueryTimeout: the deadline passed; a statement in progress is interrupted.
        """
        timer = None if self.timeout is None else self.future.get_loop().call_later(self.timeout, self._expire)
        self._mailbox.awaited += 1
        try:
            return await self.future
        except asyncio.CancelledError:
            if self._reading:
                self._interrupt()
            raise
        finally:
            self._mailbox.awaited -= 1
            if timer is not None:
                timer.cancel()

    def _expire(self) -> None:
        if not self.future.done():
            self.future.set_exception(QueryTimeout(self.timeout or 0.0))
            self._interrupt()

    def _interrupt(self) -> None:
        # Under the lock, so that it never hits whatever the connection runs next.
        with self._lock:
            self._expired = True
            if self._connection is not None:
                self._connection.interrupt()
                # Between two statements that has no effect, and the next one would run to its end.
                self.future.get_loop().call_later(AGAIN_SECONDS, self._interrupt)

    def run(self, connection: Connection, first: Callable[[], None] | None = None) -> T:
        """Do the work on this thread, and `first` what has to come before it: a deadline stops that as well.

        Raises what the work raises; what is no `Exception` becomes `WorkerDied`.
        """
        with self._lock:
            if self._expired:
                raise QueryTimeout(self.timeout or 0.0)
            self._connection = connection
        self.started = time.perf_counter()
        try:
            if first is not None:
                first()
            return self.work(connection)
        except OperationalError:
            if self._expired:
                raise QueryTimeout(self.timeout or 0.0) from None
            raise
        except StopIteration as stop:  # an asyncio future refuses to carry it
            raise RuntimeError("the work raised StopIteration") from stop
        except Exception:
            raise
        except BaseException as death:
            raise WorkerDied("the work", death) from death
        finally:
            self.ended = time.perf_counter()
            with self._lock:
                self._connection = None
            connection.settle()

    def deliver(self, value: T | None = None, error: BaseException | None = None) -> None:
        """Hand over the result, from any thread."""
        self._mailbox.post(self.future, value, error)
