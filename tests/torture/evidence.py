"""What the judge is shown: what was sent, what was acked, what everybody heard, and what the database holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.support.databases import Database


class Line(NamedTuple):
    """One event of a room's log, whoever tells it. What is no message has no `client_id` and no `body`."""

    seq: int
    kind: str
    message: int | None
    client_id: str | None
    body: str | None

    @classmethod
    def heard(cls, event: dict[str, Any]) -> Line:
        """The event as a client was told it."""
        message = event.get("message", {})
        return cls(event["seq"], event["kind"], message.get("id"), message.get("client_id"), message.get("body"))


class Stored(NamedTuple):
    """A message in the database."""

    id: int
    room: int
    seq: int
    sender: int
    client_id: str
    body: str


class Sent(NamedTuple):
    """What a sender put into the outbox. `acks` are `(id, room, seq, duplicate)`, `files` the hashes of files."""

    outbox: str
    sender: int
    room: int
    client_id: str
    body: str
    acks: tuple[tuple[int, int, int, bool], ...]
    files: tuple[str, ...] = ()


@dataclass
class Evidence:
    """Everything that was seen, at the end."""

    sent: list[Sent]
    """In the order of sending."""
    messages: list[Stored]
    log: dict[int, list[Line]]
    """The database's events of each room."""
    heads: dict[int, int]
    heard: dict[str, dict[int, list[Line]]] = field(default_factory=dict)
    """Of each client, what it applied in each room."""
    files: dict[int, list[str]] = field(default_factory=dict)
    """Of each message that has files the hashes of what is on the disk, in their order."""
    complaints: list[str] = field(default_factory=list)
    """What somebody noticed on the way."""


def read_database(
    database: Database, rooms: list[int]
) -> tuple[list[Stored], dict[int, list[Line]], dict[int, int], list[str]]:
    """The messages, the logs and the heads of these rooms, and what is damaged."""
    rows = database.rows
    marks = ", ".join(["%s"] * len(rooms))
    messages = rows(
        "SELECT id, room_id, seq, sender_id, client_id, body FROM chat_message"  # noqa: S608 - only placeholders
        f" WHERE room_id IN ({marks}) ORDER BY room_id, seq",
        rooms,
    )
    log = {
        room: rows(
            "SELECT e.seq, e.kind, m.id, m.client_id, m.body FROM chat_event e"
            " LEFT JOIN chat_message m ON m.id = e.message_id WHERE e.room_id = %s ORDER BY e.seq",
            [room],
        )
        for room in rooms
    }
    heads: dict[int, int] = dict(rows(f"SELECT id, head FROM chat_room WHERE id IN ({marks})", rooms))  # noqa: S608 - likewise
    return (
        [Stored(*row) for row in messages],
        {room: [Line(*row) for row in lines] for room, lines in log.items()},
        heads,
        [f"the database: {text}" for text in database.damage()],
    )
