"""Six ways to run SQL from an event loop, behind one interface, each written as its own documentation shows it.

All open the same file with `journal_mode=WAL` and `synchronous=FULL`, all give rows as dicts with all columns.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import aiosqlite
from django.db import connections, models

from benchmarks.contest import messages
from storage.store import Store

Row = dict[str, Any]


class Contender:
    """Answers to five questions. `*_json` is for those who can pass on what SQLite built."""

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def point(self, number: int) -> Row:
        raise NotImplementedError

    async def page(self, room: int, before: int) -> list[Row]:
        raise NotImplementedError

    async def page_json(self, room: int, before: int) -> str:
        raise NotImplementedError

    async def bulk(self, after: int) -> list[Row]:
        raise NotImplementedError

    async def bulk_json(self, after: int) -> str:
        raise NotImplementedError

    async def insert(self, sender: int, client_id: str, body: str) -> None:
        raise NotImplementedError


class ThisStore(Contender):
    """`storage.store`; the environment's STORAGE_WORKERS says which path."""

    async def open(self) -> None:
        self._store = Store()

    async def close(self) -> None:
        await self._store.close()

    async def point(self, number: int) -> Row:
        return await self._store.fetch_one(messages.POINT, [number]) or {}

    async def page(self, room: int, before: int) -> list[Row]:
        return await self._store.fetch_all(messages.PAGE_ROWS, [room, before])

    async def page_json(self, room: int, before: int) -> str:
        return await self._store.fetch_json(messages.PAGE_JSON, [room, before])

    async def bulk(self, after: int) -> list[Row]:
        return await self._store.fetch_all(messages.BULK_ROWS, [after])

    async def bulk_json(self, after: int) -> str:
        return await self._store.fetch_json(messages.BULK_JSON, [after])

    async def insert(self, sender: int, client_id: str, body: str) -> None:
        await self._store.execute(messages.INSERT, [sender, client_id, body])


class RawSql(Contender):
    """For those who speak to the driver: three primitives."""

    path: str

    async def rows(self, sql: str, *params: Any) -> list[Row]:
        raise NotImplementedError

    async def text(self, sql: str, *params: Any) -> str:
        raise NotImplementedError

    async def point(self, number: int) -> Row:
        return (await self.rows(POINT, number))[0]

    async def page(self, room: int, before: int) -> list[Row]:
        return await self.rows(PAGE_ROWS, room, before)

    async def page_json(self, room: int, before: int) -> str:
        return await self.text(PAGE_JSON, room, before)

    async def bulk(self, after: int) -> list[Row]:
        return await self.rows(BULK_ROWS, after)

    async def bulk_json(self, after: int) -> str:
        return await self.text(BULK_JSON, after)


POINT, PAGE_ROWS, PAGE_JSON, BULK_ROWS, BULK_JSON, INSERT = (
    sql.replace("%s", "?")
    for sql in (
        messages.POINT,
        messages.PAGE_ROWS,
        messages.PAGE_JSON,
        messages.BULK_ROWS,
        messages.BULK_JSON,
        messages.INSERT,
    )
)


def database() -> str:
    return str(connections.settings["default"]["NAME"])


def connect() -> sqlite3.Connection:
    connection = sqlite3.connect(database(), timeout=30, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def fetch_dicts(connection: sqlite3.Connection, sql: str, params: tuple[Any, ...]) -> list[Row]:
    cursor = connection.execute(sql, params)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row)) for row in cursor.fetchall()]  # noqa: B905 - `strict` would take as long again


def fetch_text(connection: sqlite3.Connection, sql: str, params: tuple[Any, ...]) -> str:
    return connection.execute(sql, params).fetchone()[0]  # type: ignore[no-any-return]


class Inline(RawSql):
    """`sqlite3` called on the loop itself: nothing else runs meanwhile."""

    async def open(self) -> None:
        self._connection = connect()

    async def close(self) -> None:
        self._connection.close()

    async def rows(self, sql: str, *params: Any) -> list[Row]:
        return fetch_dicts(self._connection, sql, params)

    async def text(self, sql: str, *params: Any) -> str:
        return fetch_text(self._connection, sql, params)

    async def insert(self, sender: int, client_id: str, body: str) -> None:
        self._connection.execute(INSERT, (sender, client_id, body))


class Threads(RawSql):
    """A ThreadPoolExecutor of four, a connection for each thread, one call per query. Writes take turns by a lock."""

    async def open(self) -> None:
        self._own = threading.local()
        self._writing = threading.Lock()
        self._pool = ThreadPoolExecutor(4, initializer=self._start)

    async def close(self) -> None:
        self._pool.shutdown()

    def _start(self) -> None:
        self._own.connection = connect()

    async def rows(self, sql: str, *params: Any) -> list[Row]:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._rows, sql, params)

    def _rows(self, sql: str, params: tuple[Any, ...]) -> list[Row]:
        return fetch_dicts(self._own.connection, sql, params)

    async def text(self, sql: str, *params: Any) -> str:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._text, sql, params)

    def _text(self, sql: str, params: tuple[Any, ...]) -> str:
        return fetch_text(self._own.connection, sql, params)

    async def insert(self, sender: int, client_id: str, body: str) -> None:
        await asyncio.get_running_loop().run_in_executor(self._pool, self._insert, sender, client_id, body)

    def _insert(self, sender: int, client_id: str, body: str) -> None:
        with self._writing:
            self._own.connection.execute(INSERT, (sender, client_id, body))


class Aiosqlite(RawSql):
    """One connection, as its documentation has it; rows become dicts on its thread."""

    async def open(self) -> None:
        self._connection = await aiosqlite.connect(database(), timeout=30, isolation_level=None)
        await self._connection.execute("PRAGMA journal_mode = WAL")
        await self._connection.execute("PRAGMA synchronous = FULL")

    async def close(self) -> None:
        await self._connection.close()

    async def rows(self, sql: str, *params: Any) -> list[Row]:
        async with self._connection.execute(sql, params) as cursor:
            cursor.row_factory = _dict_row  # type: ignore[assignment]
            return list(await cursor.fetchall())  # type: ignore[arg-type]

    async def text(self, sql: str, *params: Any) -> str:
        async with self._connection.execute(sql, params) as cursor:
            row = await cursor.fetchone()
            return row[0]  # type: ignore[index, no-any-return]

    async def insert(self, sender: int, client_id: str, body: str) -> None:
        async with self._connection.execute(INSERT, (sender, client_id, body)):
            pass  # autocommit: the statement is its own transaction


def _dict_row(cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> Row:
    return dict(zip([column[0] for column in cursor.description], row, strict=True))


class Message(models.Model):
    """The table that `messages.SCHEMA` makes, for Django's ORM."""

    room_id = models.IntegerField()
    seq = models.IntegerField()
    sender = models.TextField()
    client_id = models.TextField()
    body = models.TextField()
    created_at = models.TextField()

    class Meta:
        app_label = "benchmarks"
        managed = False
        db_table = "message"

    def __str__(self) -> str:
        return f"{self.room_id}/{self.seq}"


class Note(models.Model):
    """The table that is written."""

    sender = models.IntegerField()
    client_id = models.TextField()
    body = models.TextField()

    class Meta:
        app_label = "benchmarks"
        managed = False
        db_table = "note"

    def __str__(self) -> str:
        return self.client_id


class DjangoOrm(Contender):
    """`aget`, `async for` and `acreate`; `values()` gives dicts, which is cheaper than objects."""

    def __init__(self) -> None:
        self._messages = Message._default_manager.values(*messages.COLUMNS.split(", "))

    async def point(self, number: int) -> Row:
        row: Row = await self._messages.aget(id=number)
        return row

    async def page(self, room: int, before: int) -> list[Row]:
        newest = self._messages.filter(room_id=room, seq__lt=before).order_by("-seq")
        return [row async for row in newest[: messages.PAGE]]

    async def bulk(self, after: int) -> list[Row]:
        return [row async for row in self._messages.filter(id__gt=after).order_by("id")[: messages.BULK]]

    async def insert(self, sender: int, client_id: str, body: str) -> None:
        await Note._default_manager.acreate(sender=sender, client_id=client_id, body=body)


CONTENDERS: dict[str, type[Contender]] = {
    "on": ThisStore,
    "off": ThisStore,
    "aiosqlite": Aiosqlite,
    "orm": DjangoOrm,
    "threads": Threads,
    "inline": Inline,
}
