"""Whom a change concerns, of those who are connected: nobody else is looked at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from chat.live.listener import Listener
from chat.queries.revisions import Marks, Revisions


class Concerned:
    """Remembers which changes of one kind were there when it was last asked."""

    def __init__(self, kind: Literal["memberships", "credentials"]) -> None:
        self._kind = kind
        self._known = Marks({})

    def of(self, listeners: Iterable[Listener], now: Marks) -> set[Listener]:
        """Those whom something may concern that they have not seen. All others have seen everything."""
        before, self._known = self._known, now
        was, is_ = before.revision, now.revision
        whose = now.since(before)
        concerned = set()
        seen_all: dict[Revisions, Revisions] = {}  # made once for thousands
        for listener in listeners:
            seen = getattr(listener.seen, self._kind)
            if seen == is_:
                continue
            if seen == was and whose is not None and whose.isdisjoint(listener.credential.about):
                if listener.seen not in seen_all:
                    seen_all[listener.seen] = listener.seen._replace(**{self._kind: is_})
                listener.seen = seen_all[listener.seen]
            else:
                concerned.add(listener)
        return concerned
