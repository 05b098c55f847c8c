"""What can go wrong in storage, apart from what the database itself reports.

    StorageError
    ├── QueueFull      the queue is at its limit; nothing was started
    ├── QueryTimeout   the deadline passed; a write may still have happened
    ├── PoolClosed     the store is closed; nothing was started
    ├── FileLost       the database's file was moved, deleted or replaced (also a `django.db.OperationalError`)
    ├── OutcomeUnknown the connection was lost during COMMIT (also a `django.db.OperationalError`)
    ├── Unusable       a database that cannot be used as it is; said at the start
    ├── CannotMove     an installation cannot be moved to another database
    └── WorkerDied     the work raised something that is no `Exception`

The database's own errors keep Django's classes (`django.db.IntegrityError`, `OperationalError`, `DataError`, ...).
"""

from __future__ import annotations

from django.db import OperationalError

__all__ = [
    "CannotMove",
    "FileLost",
    "OutcomeUnknown",
    "PoolClosed",
    "QueryTimeout",
    "QueueFull",
    "StorageError",
    "Unusable",
    "WorkerDied",
]


class StorageError(Exception):
    """Base of the store's own errors. `code` is stable and meant for programs; the text is for people."""

    code = "storage"


class QueueFull(StorageError):
    """The bounded queue of one database is full. Raised at once; the work never started, so it is safe to repeat."""

    code = "queue_full"

    def __init__(self, queue: str, limit: int) -> None:
        super().__init__(f"{queue}: {limit} operations are waiting already")
        self.queue = queue
        self.limit = limit


class QueryTimeout(StorageError):
    """The deadline passed and the statement was interrupted.

    A timed-out write is *unknown*, not failed: it may have been committed in the same instant. Repeat it only
    where repeating is idempotent.
    """

    code = "timeout"

    def __init__(self, timeout: float) -> None:
        super().__init__(f"no result within {timeout:g} s")
        self.timeout = timeout


class PoolClosed(StorageError):
    """The store was closed. The work never started."""

    code = "closed"

    def __init__(self, queue: str) -> None:
        super().__init__(f"{queue}: the store is closed")
        self.queue = queue


class FileLost(StorageError, OperationalError):
    """The configured path is not the file that is open, or there is none.

    What was to be written counts as not written. Repeat it later: once a file lies at the path again, connections are
    replaced and work goes on with that file.
    """

    code = "file_lost"

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} is gone, or is another file than the one that was open")
        self.path = path


class OutcomeUnknown(StorageError, OperationalError):
    """COMMIT was sent and no answer came, or one that promises less than was asked for.

    Like a write that timed out it is *unknown*, not failed: repeat it only where repeating is idempotent.
    """

    code = "unknown"


class Unusable(StorageError):
    """The database cannot be used as it is, and to try again will not help. The text is one line for who runs it."""

    code = "unusable"


class CannotMove(StorageError):
    """An installation cannot be moved to another database, and neither has changed. The text says why, in one line."""

    code = "cannot_move"


class WorkerDied(StorageError):
    """The work ended its worker by raising something that is not an `Exception` (see `__cause__`).

    Only this one operation is affected: it was rolled back, and the worker has been replaced.
    """

    code = "worker_died"

    def __init__(self, what: str, death: BaseException) -> None:
        super().__init__(f"{what} raised {type(death).__name__}")
        self.__cause__ = death
