"""What is sent to the HTTP interface, declared in the words of the protocol (`chat.protocol.shapes`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from chat.protocol.fields import Id, Invalid, Name, Rule


def _own_kind(value: Any) -> str:
    if value not in ("open", "closed"):
        raise Invalid("must be open or closed")
    return str(value)


OwnKind = Annotated[str, Rule(_own_kind, {"enum": ["open", "closed"]})]


@dataclass(frozen=True, slots=True)
class NewRoom:
    """A room that one makes by oneself."""

    name: Name
    kind: OwnKind


@dataclass(frozen=True, slots=True)
class NewName:
    """What a room shall be called."""

    name: Name


@dataclass(frozen=True, slots=True)
class Whom:
    """Somebody else."""

    user: Id
