"""What happens in a room. `seq` counts everything that happened there; `at` is for people, nothing is ordered by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chat.protocol.fields import Id, Time
from chat.protocol.things import MessageContent, Person


@dataclass(frozen=True, slots=True)
class EventBase:
    """What every event has: its place in the room's log, its time, and who did it."""

    seq: Id
    at: Time
    actor: Person


@dataclass(frozen=True, slots=True)
class MessageEvent(EventBase):
    """A message was sent. It carries the message's present text: the new one, if it was edited since."""

    kind: Literal["message"]
    message: MessageContent


@dataclass(frozen=True, slots=True)
class EditEvent(EventBase):
    """A message has another text."""

    kind: Literal["edit"]
    message: MessageContent


@dataclass(frozen=True, slots=True)
class Deleted:
    """The message that was taken back."""

    id: Id
    deleted: Literal[True]


@dataclass(frozen=True, slots=True)
class DeleteEvent(EventBase):
    """A message was taken back."""

    kind: Literal["delete"]
    message: Deleted


@dataclass(frozen=True, slots=True)
class Member:
    """Who joined or left."""

    id: Id
    name: str
    joined: bool


@dataclass(frozen=True, slots=True)
class MemberEvent(EventBase):
    """Somebody joined or left, by their own doing or the `actor`'s."""

    kind: Literal["member"]
    member: Member


@dataclass(frozen=True, slots=True)
class ReactionChange:
    """Which emoji was put on or taken off which message."""

    message: Id
    emoji: str
    on: bool


@dataclass(frozen=True, slots=True)
class ReactionEvent(EventBase):
    """Somebody reacted.

    A reaction that changes nothing (on twice, under two client ids) is an event as well: its ack needs a place in the
    log.
    """

    kind: Literal["reaction"]
    reaction: ReactionChange


@dataclass(frozen=True, slots=True)
class RoomName:
    """What a room is called from now on."""

    name: str


@dataclass(frozen=True, slots=True)
class RoomRenamedEvent(EventBase):
    """The room has another name."""

    kind: Literal["room"]
    room: RoomName


RoomEvent = MessageEvent | EditEvent | DeleteEvent | MemberEvent | ReactionEvent | RoomRenamedEvent
