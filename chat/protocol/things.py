"""What frames are about: people, messages, rooms, as the database builds their JSON (`chat.queries.json_sql`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chat.protocol.fields import ClientId, Count, Id, Seq, Time


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account."""

    id: Id
    name: str


@dataclass(frozen=True, slots=True)
class File:
    """A file of a message. `type` is what the server found it to be, whatever its name says.

    `width` and `height` are in pixels, as it is shown. `preview` is an image of a few bytes to show until there is a
    better one, as a `data:` URL; `thumb` the address of a small picture; `description` is what its sender says of it,
    for those who do not see it. What is not known is left out. The addresses are this server's, for who may read the
    room.
    """

    id: str
    name: str
    type: str
    bytes: Seq
    url: str
    width: Count | None = None
    height: Count | None = None
    preview: str | None = None
    thumb: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """What a reply answers. The `body` is cut to 200 characters, and empty once deleted.

    `file` is the name of the first of its files, null without one.
    """

    id: Id
    seq: Id
    sender: Person
    body: str
    file: str | None
    deleted: bool


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji on a message, and the ids of those who put it there, in the order they came."""

    emoji: str
    users: list[Id]


@dataclass(frozen=True, slots=True)
class MessageContent:
    """A message in an event. A deleted one has an empty `body` and no files. `quote` is null for what is no reply."""

    id: Id
    client_id: ClientId
    sender: Person
    body: str
    reply_to: Id | None
    quote: Quote | None
    files: list[File]
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
