"""What a client may say. The docstrings are the documentation's words (docs/protocol.md)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from chat.protocol.codes import MAX_PAGE, Code
from chat.protocol.errors import FrameError
from chat.protocol.fields import SAYS_NOTHING, Body, ClientId, Count, Cursors, Emoji, Files, Flag, Id, Seq, ShortText


@dataclass(frozen=True, slots=True)
class Hello:
    """First frame, within 10 s. `v` is 1; `rooms` maps the id of a room to the last `seq` the client has of it.

    Answered by `welcome`, then catch-up `events` for each room named. A room the user belongs to and does not name
    starts at its head.
    """

    v: Count
    rooms: Cursors = field(default_factory=dict)
    epoch: ShortText | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """Post a message. The client makes `client_id`, unique per sender for ever: sent again, it is the same message.

    `files`: what the sender uploaded for this room, in this order; `body` may then be empty.
    """

    room: Id
    client_id: ClientId
    body: Body
    reply_to: Id | None = None
    files: Files = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.body and not self.files:
            raise FrameError(Code.BAD_FRAME, f"body {SAYS_NOTHING}")


@dataclass(frozen=True, slots=True)
class Edit:
    """Change the text of one's own message. It may become empty where there are files."""

    client_id: ClientId
    message: Id
    body: Body


@dataclass(frozen=True, slots=True)
class Delete:
    """Take back one's own message; moderators any."""

    client_id: ClientId
    message: Id


@dataclass(frozen=True, slots=True)
class React:
    """Put an emoji on a message, or take it off."""

    client_id: ClientId
    message: Id
    emoji: Emoji
    on: Flag


@dataclass(frozen=True, slots=True)
class Read:
    """The user has read up to `seq`. Never moves back."""

    room: Id
    seq: Seq


@dataclass(frozen=True, slots=True)
class Typing:
    """The user is writing. Ephemeral; the server rate-limits it."""

    room: Id


@dataclass(frozen=True, slots=True)
class Sync:
    """Events after a cursor, oldest first, any age."""

    room: Id
    after: Seq
    limit: Count = MAX_PAGE


@dataclass(frozen=True, slots=True)
class History:
    """A page of messages.

    `before` a `seq`: older than that, for scrolling back. `after`: newer than that. `around`: about half of them up to
    and including that `seq`, the others after it. At most one of the three; with none, the newest.
    """

    room: Id
    before: Id | None = None
    after: Seq | None = None
    around: Seq | None = None
    limit: Count = 50

    def __post_init__(self) -> None:
        if len(self.cursor) > 1:
            raise FrameError(Code.BAD_FRAME, "history goes before, after or around one place")

    @property
    def cursor(self) -> dict[str, int]:
        """The one of `before`, `after` and `around` that was given, by its name; empty without one."""
        given = {"before": self.before, "after": self.after, "around": self.around}
        return {name: seq for name, seq in given.items() if seq is not None}


@dataclass(frozen=True, slots=True)
class Ping:
    """Is anybody there? Answered by `pong` with the same `n`."""

    n: Seq


Change = Send | Edit | Delete | React
"""The frames that are acknowledged durably and may be repeated."""

ClientFrame = Hello | Change | Read | Typing | Sync | History | Ping

CLIENT_FRAMES: dict[str, type[Any]] = {
    frame.__name__.lower(): frame for frame in (Hello, Send, Edit, Delete, React, Read, Typing, Sync, History, Ping)
}
"""The frames by their `type`."""
