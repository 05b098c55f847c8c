"""The table that is read: the same 186,000 messages on every machine, and what reading them must give."""

from __future__ import annotations

import sqlite3
from typing import Any

MESSAGES = 186_000
ROOMS = 93
PAGE = 50
BULK = 10_000

SCHEMA = """
    CREATE TABLE message (
        id INTEGER PRIMARY KEY, room_id INTEGER NOT NULL, seq INTEGER NOT NULL, sender TEXT NOT NULL,
        client_id TEXT NOT NULL, body TEXT NOT NULL, created_at TEXT NOT NULL, UNIQUE (room_id, seq));
    CREATE TABLE note (
        id INTEGER PRIMARY KEY AUTOINCREMENT, sender INTEGER NOT NULL, client_id TEXT NOT NULL UNIQUE,
        body TEXT NOT NULL);
"""

# Every column of a message; placeholders are Django's, which the store takes.
COLUMNS = "id, room_id, seq, sender, client_id, body, created_at"
_OBJECT = "json_object(" + ", ".join(f"'{name}', {name}" for name in COLUMNS.split(", ")) + ")"

POINT = f"SELECT {COLUMNS} FROM message WHERE id = %s"  # noqa: S608 - constants, here and below
_PAGE_ROWS = f"SELECT {COLUMNS} FROM message WHERE room_id = %s AND seq < %s ORDER BY seq DESC LIMIT {PAGE}"  # noqa: S608
_BULK_ROWS = f"SELECT {COLUMNS} FROM message WHERE id > %s ORDER BY id LIMIT {BULK}"  # noqa: S608
PAGE_ROWS, BULK_ROWS = _PAGE_ROWS, _BULK_ROWS
PAGE_JSON = f"SELECT '[' || group_concat({_OBJECT}, ',') || ']' FROM ({_PAGE_ROWS})"  # noqa: S608
BULK_JSON = f"SELECT '[' || group_concat({_OBJECT}, ',') || ']' FROM ({_BULK_ROWS})"  # noqa: S608
INSERT = "INSERT INTO note (sender, client_id, body) VALUES (%s, %s, %s)"

TEXT = "the post horn sounds twice when a letter for Zürich is late and nobody at the gate knows why 📯"
WORDS = TEXT.split()


def message(number: int) -> dict[str, Any]:
    """The message with this id. Rooms take turns, so a page of one room lies in many places of the table."""
    room, seq = number % ROOMS, number // ROOMS
    length = 3 + number * 7919 % 28
    body = " ".join(WORDS[(number + word * word) % len(WORDS)] for word in range(length))
    day, hour, minute, second = 1 + number // 6200, number // 250 % 24, number % 60, number * 7 % 60
    return {
        "id": number,
        "room_id": room,
        "seq": seq,
        "sender": f"sender {number * 31 % 200}",
        "client_id": f"{number * 0x9E3779B97F4A7C15 % 2**128:032x}",
        "body": body,
        "created_at": f"2026-01-{day:02}T{hour:02}:{minute:02}:{second:02}.{number % 1000:03}Z",
    }


def fill(path: str) -> None:
    """Make the tables and the messages."""
    connection = sqlite3.connect(path)
    connection.executescript(SCHEMA)
    marks = ", ".join("?" * len(COLUMNS.split(", ")))
    rows = (tuple(message(number).values()) for number in range(1, MESSAGES + 1))
    with connection:
        connection.executemany(f"INSERT INTO message ({COLUMNS}) VALUES ({marks})", rows)  # noqa: S608 - constants
    connection.execute("ANALYZE")
    connection.close()


# Which ones are asked for: spread over the table, the same every time.


def point(turn: int) -> int:
    return 1 + turn * 7919 % MESSAGES


def page(turn: int) -> tuple[int, int]:
    """The room, and the seq before which the page lies."""
    return turn % ROOMS, PAGE + 1 + turn * 613 % (MESSAGES // ROOMS - PAGE - 1)


def bulk(turn: int) -> int:
    """The id after which the rows lie."""
    return turn * 4_391 % (MESSAGES - BULK)


def page_messages(turn: int) -> list[dict[str, Any]]:
    """What the page must hold."""
    room, before = page(turn)
    return [message(seq * ROOMS + room) for seq in range(before - 1, before - 1 - PAGE, -1)]


def bulk_messages(turn: int) -> list[dict[str, Any]]:
    """What the read of many rows must hold."""
    return [message(number) for number in range(bulk(turn) + 1, bulk(turn) + 1 + BULK)]
