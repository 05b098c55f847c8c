"""What has to happen one after the other, in however many processes, on an engine that lets several write at once.

Each lock is held to the end of the transaction, and what is read after it is as it is for all that time. Nobody waits
in a ring, because everybody takes them in the same order: people, then rooms by their ids, then files and then contents
by theirs, then whatever else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from storage.store import Connection, dialect, sql

_LOCK_PEOPLE = sql("SELECT 1 FROM chat_installation {held}", held=dialect.FOR_UPDATE)
_LOCK_ROOMS = sql(
    "SELECT 1 FROM chat_room WHERE {these} ORDER BY id {held}", these=dialect.among("id"), held=dialect.FOR_UPDATE
)
_ROOMS_OF = sql("SELECT DISTINCT room_id FROM chat_message WHERE {these}", these=dialect.among("id"))


def lock_people(connection: Connection) -> None:
    """Hold off everybody else who has people or rooms come and go, gives or takes an owner's rights, or invites.

    What is rare and spans many rows (who is the first owner or the last one, who belongs to all open rooms, which two
    have a direct room) happens once at a time. Sends do not wait for it.
    """
    if dialect.FOR_UPDATE:
        connection.fetch_all(_LOCK_PEOPLE)


def lock_rooms(connection: Connection, rooms: Iterable[int], of_messages: Iterable[int] = ()) -> None:
    """Hold these rooms, and those that these messages are in: their logs and who is in them stay as they are.

    Whoever writes to a room holds it. Hold all that a transaction writes to at once.
    """
    if not dialect.FOR_UPDATE:
        return
    these, messages = set(rooms), list(of_messages)
    if messages:
        these |= {row["room_id"] for row in connection.fetch_all(_ROOMS_OF, [json.dumps(messages)])}
    connection.fetch_all(_LOCK_ROOMS, [json.dumps(sorted(these))])
