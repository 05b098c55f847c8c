"""What frames are about: people, messages, rooms, as the database builds their JSON (`chat.queries.json_sql`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chat.protocol.fields import ClientId, Id, Seq, Time


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account."""

    id: Id
    name: str


@dataclass(frozen=True, slots=True)
class Quote:
    """What a reply answers. The `body` is cut to 200 characters, and empty once deleted."""

    id: Id
    seq: Id
    sender: Person
    body: str
    deleted: bool


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji on a message, and the ids of those who put it there, in the order they came."""

    emoji: str
    users: list[Id]


@dataclass(frozen=True, slots=True)
class MessageContent:
    """A message in an event. A deleted one has an empty `body`. `quote` is null for what is no reply."""

    id: Id
    client_id: ClientId
    sender: Person
    body: str
    reply_to: Id | None
    quote: Quote | None
    edited_at: Time | None
    deleted: bool


@dataclass(frozen=True, slots=True)
class Message(MessageContent):
    """A message in a page: likewise, with its place, its time and its reactions."""

    seq: Id
    at: Time
    reactions: list[Reaction]


@dataclass(frozen=True, slots=True)
class Room:
    """A room of the user's.

    `unread` counts up to 100. `active_at` is when the last message was sent, or the room made. A `direct` room is
    called by the other person's name, and has them in `with`.
    """

    id: Id
    name: str
    kind: Literal["open", "closed", "direct"]
    head: Seq
    read_seq: Seq
    unread: Seq
    active_at: Time
    with_: Person | None = None
