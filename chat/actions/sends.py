"""New messages of one room, written together: a statement or a handful for all of them instead of some for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chat.actions import sends_at_once, sends_in_steps
from chat.actions.given import given
from chat.protocol import Ack, Send
from storage.store import Connection, dialect

# The one place where the engines go different ways: both do the same (`tests/chat/test_sends_together.py`).
_write = sends_at_once.write if dialect.CHANGES_IN_WITH else sends_in_steps.write


class NotAllNew(Exception):
    """One of these sends is out of the ordinary: each has to be looked at by itself (`messages.perform_change`)."""


class Written(NamedTuple):
    """What became of them: an ack for each, and their events, a JSON array."""

    acks: list[Ack]
    events: str


def send_together(connection: Connection, sends: Sequence[tuple[int, Send]]) -> Written:
    """Write messages, each with its sender, into the room of the first, in this order. The caller holds the room.

    Raises:
        NotAllNew: one is for another room, a repeat, by somebody who is no member, with files, or answers what is not
            there. Nothing was written.
        DatabaseError: this transaction cannot go on.
    """
    room = sends[0][1].room
    if any(frame.room != room or frame.files for _, frame in sends) or len(
        {(who, f.client_id) for who, f in sends}
    ) < len(sends):
        raise NotAllNew
    written, events = _write(connection, room, given(sends), len(sends))
    if not written:
        raise NotAllNew
    acks = [
        Ack(frame.client_id, row["id"], room, row["seq"], row["at"], duplicate=False)
        for (_, frame), row in zip(sends, written, strict=True)
    ]
    return Written(acks, events)
