"""The one door to the database for code that runs on an event loop.

    from storage.store import store

    page = await store.fetch_json("SELECT json_group_array(body) FROM chat_message WHERE room_id = %s", [7])
    head, newest = await store.read(look_at_room, 7)
    await store.transaction(move_money, 3, 4, amount)

Whether a call runs on the workers or on the stock path (`database_sync_to_async` with Django's own connection) is
decided here, per call, by the rollout flag `sqlite_workers`; callers cannot tell the difference but by the clock.
"""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple

from django.conf import settings
from django.db import DatabaseError, connections, transaction

from storage.connections import Connection, DjangoConnection, Row, WriteResult
from storage.database import Database, Path
from storage.engines import Engine, engine_of, words_of_default
from storage.exceptions import PoolClosed
from storage.history import History, Position
from storage.pool.stock import StockPath
from storage.pool.tasks import Work
from storage.pool.workers import Workers
from storage.pool.writers import ATTEMPTS
from storage.rollout.flags import Flags, check_name
from storage.sql import Fragment, Params, sql
from storage.watch.figures import Histogram
from storage.watch.loop_lag import LoopLag

__all__ = [
    "Connection",
    "Fragment",
    "Position",
    "Row",
    "Store",
    "WriteResult",
    "dialect",
    "sql",
    "store",
    "text_search",
]

Args = TypeVarTuple("Args")
T = TypeVar("T")

if TYPE_CHECKING:
    from storage.sqlite import dialect, text_search  # every engine's have the same functions
else:
    # Statements are composed once, when they are imported.
    dialect, text_search = words_of_default("dialect"), words_of_default("text_search")


class Store:
    """Raw SQL from asyncio. Placeholders are Django's `%s`; `database` is an alias of `settings.DATABASES`.

    `timeout` is in seconds; None is no deadline for a write, and `STORAGE_MAX_READ_SECONDS` for a read. Besides
    Django's database errors, every method may raise:

    - `QueueFull`: too much waits already; nothing was started.
    - `QueryTimeout`: the deadline passed and the statement was interrupted; a write may have happened all the same.
    - `PoolClosed`: after `close()`.
    - `DataError` for parameters no database can keep: NUL, lone surrogates, NaN, integers beyond 64 bits.

    Cancelling the awaiter of a write does not tell whether it happened.
    """

    def __init__(self) -> None:
        self._histories: dict[str, History] = {}
        self._forget()
        os.register_at_fork(after_in_child=self._forget)

    def _forget(self) -> None:
        self._flags = Flags()
        self._databases: dict[Engine, Database] = {}
        self._loop_lag = LoopLag()
        self._calls = itertools.count()
        self._closed = False

    # Reading

    async def fetch_all(
        self, sql: str, params: Params = (), *, database: str = "default", timeout: float | None = None
    ) -> list[Row]:
        """All rows as dicts. For rows that only travel, `fetch_json` is several times cheaper."""
        return await self._read(lambda c: c.fetch_all(sql, params), database, timeout)

    async def fetch_one(
        self, sql: str, params: Params = (), *, database: str = "default", timeout: float | None = None
    ) -> Row | None:
        """The first row as a dict, or None."""
        return await self._read(lambda c: c.fetch_one(sql, params), database, timeout)

    async def fetch_value(
        self, sql: str, params: Params = (), *, database: str = "default", timeout: float | None = None
    ) -> Any:
        """The first column of the first row, or None."""
        return await self._read(lambda c: c.fetch_value(sql, params), database, timeout)

    async def fetch_json(
        self, sql: str, params: Params = (), *, database: str = "default", timeout: float | None = None
    ) -> str:
        """The JSON text that the statement built (one row, one column), untouched; `null` where there is no row."""
        return await self._read(lambda c: c.fetch_json(sql, params), database, timeout)

    async def read(
        self,
        work: Callable[[Connection, *Args], T],
        *args: *Args,
        database: str = "default",
        timeout: float | None = None,
    ) -> T:
        """Run `work(connection, *args)`, which reads, and return what it returns.

        All its statements see the same snapshot: what others commit meanwhile is not seen. `work` runs on a thread and
        must change nothing.
        """
        return await self._read(lambda c: _in_snapshot(c, work, args), database, timeout)

    # Writing

    async def execute(
        self, sql: str, params: Params = (), *, database: str = "default", timeout: float | None = None
    ) -> WriteResult:
        """Run one statement in a transaction of its own. Returns after COMMIT."""
        return await self._write(lambda c: c.execute(sql, params), database, timeout)

    async def transaction(
        self,
        work: Callable[[Connection, *Args], T],
        *args: *Args,
        database: str = "default",
        timeout: float | None = None,
    ) -> T:
        """Run `work(connection, *args)` in one transaction and return what it returns, after COMMIT.

        `work` runs on a thread and may run more than once before it is committed: it must change nothing but the
        database. If it raises, all it did is rolled back.
        """
        return await self._write(lambda c: work(c, *args), database, timeout)

    def run_transaction(self, work: Callable[[Connection, *Args], T], *args: *Args, database: str = "default") -> T:
        """`transaction` for synchronous code (views, commands, the admin), on Django's connection of this thread.

        Joins a transaction that is open there already. As with `transaction`, `work` may run more than once.
        """
        attempts = 1 if connections[database].in_atomic_block else ATTEMPTS
        while True:
            attempts -= 1
            try:
                with transaction.atomic(using=database):
                    return work(DjangoConnection(database), *args)
            except DatabaseError as error:
                if not attempts or not engine_of(database).gave_way(error):
                    raise

    # What the database must still have

    def keep_history(self, history: History, database: str = "default") -> None:
        """Keep a high-water mark of this history of the database (see `storage.history`)."""
        self._histories[database] = history

    def history(self, database: str = "default") -> History:
        """What `keep_history` was told of."""
        return self._histories[database]

    def prepare(self, database: str = "default") -> None:
        """Before anybody is served: see that the database can be used as it is, and `look_at_history`.

        From then on it is in use: who wants it alone, to move it, is refused.

        Raises:
            Unusable: it cannot be used; one line says why.
            DatabaseError, OSError: as `look_at_history`.
        """
        engine_of(database).prepare()
        self.look_at_history(database)
        self._database(database).start()

    def look_at_history(self, database: str = "default", *, trust: bool = False) -> None:
        """Compare the database with its high-water mark: for the start, before anybody is served.

        Where something is missing the log says what, and a new history begins. `trust` takes the database as it is.

        Raises:
            DatabaseError, OSError: it cannot be read or written.
        """
        self._database(database).look_at_history(trust=trust)

    # Flags, figures, end

    async def flag(self, name: str, key: object) -> bool:
        """Whether the rollout flag is on for this key (a user's id, say). Heeds a change within two seconds."""
        check_name(name)
        await self._flags.refresh()
        return self._flags.is_on(name, key)

    async def health(self, database: str = "default") -> list[str]:
        """What keeps this database from being read or written, in words for people; nothing if all is well.

        Looks anew every few seconds, however often it is asked, and answers in time whatever hangs.
        """
        if self._closed:
            return ["the store is closed"]
        return await self._database(database).health()

    def is_here(self, database: str = "default") -> bool:
        """Whether this database lies on this machine, so that what `health` says of it is about this machine."""
        return engine_of(database).is_here

    def stats(self) -> dict[str, dict[str, Any]]:
        """The figures since the start, for each queue in use: outcomes, durations in seconds, and the present depth.

        For example `{"default readers": {"done": 12, "failed": 0, ..., "wait_p99": 0.001, "depth": 3}, ...}`. The
        names are "default readers" and "default writer", "default stock reads" and "default stock writes".
        """
        return {queue.name: {**queue.figures.summary(), "depth": queue.depth} for queue in self.queues()}

    @property
    def loop_lag(self) -> Histogram:
        """How late the event loops that use this store were, in seconds."""
        return self._loop_lag.histogram

    def queues(self) -> list[Workers | StockPath]:
        """The queues in use, with their figures."""
        return [queue for database in list(self._databases.values()) for queue in database.queues()]

    async def close(self) -> None:
        """Refuse new work, finish what was accepted, close the workers' connections, end every thread."""
        self._closed = True
        await asyncio.gather(*(database.close() for database in self._databases.values()))
        await asyncio.to_thread(self._flags.close)
        self._databases.clear()

    # The bottom: the one place that decides which path.

    async def _read(self, work: Work[T], database: str, timeout: float | None) -> T:
        # A read without an end would keep the database from letting go of what nobody else needs any more.
        timeout = settings.STORAGE_MAX_READ_SECONDS if timeout is None else timeout
        return await (await self._path(database)).reads.submit(work, timeout)

    async def _write(self, work: Work[T], database: str, timeout: float | None) -> T:
        return await (await self._path(database)).writes.submit(work, timeout)

    async def _path(self, alias: str) -> Path:
        if self._closed:
            raise PoolClosed(alias)
        self._loop_lag.start()
        await self._flags.refresh()
        return self._database(alias).path(on_workers=self._flags.is_on("sqlite_workers", next(self._calls)))

    def _database(self, alias: str) -> Database:
        engine = engine_of(alias)
        if engine not in self._databases:
            self._databases[engine] = Database(engine, self._histories.get(alias))
        return self._databases[engine]


def _in_snapshot(connection: Connection, work: Callable[[Connection, *Args], T], args: tuple[*Args]) -> T:
    with connection.snapshot():
        return work(connection, *args)


store = Store()
