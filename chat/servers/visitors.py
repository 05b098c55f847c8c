"""The connections of this process: how many there may be, how many from one address, and how long a request may take.

Both servers tell of every connection here. One that has not said `hello` is a stranger's, and strangers are counted by
address; a member's connection is counted by person (`chat.limits`).
"""

from __future__ import annotations

import asyncio
import logging
import math
import resource
import time
from collections.abc import Callable, Sequence
from functools import lru_cache

from django.conf import settings
from django.utils.crypto import salted_hmac

from chat.addresses import client_networks
from chat.live import process
from chat.live.neighbours import Counts, Neighbours

logger = logging.getLogger("chat")

ACCEPTED_AT_ONCE = 32
"""How many connections a server may accept before it looks at the first of them."""

RESERVED = 280
"""Descriptors kept for what is no connection: three for each request's database, files, Redis, and what was accepted
and is about to be turned away."""

KEEP_SECONDS = 5.0
"""How long an answered connection is kept for a next request: a browser opens six, which count for everybody behind the
same address."""

SITE = 4  # a /48 may have so many times what one address may
PROGRESS_BYTES = 64 * 1024
SAY_SECONDS = 10.0


class Strangers:
    """How many connections each network has, to all processes, that nobody has said `hello` on.

    Two processes that let somebody in at the same moment do not know of one another yet: all together may have so many
    more as each of them lets in within a tenth of a second.
    """

    def __init__(self, neighbours: Neighbours) -> None:
        self._counts = Counts(neighbours, "strangers")

    def enter(self, networks: Sequence[str]) -> bool:
        """One more; False, and none more, if this address or this site has too many."""
        limit = settings.CONNECTIONS_PER_ADDRESS
        keys = [_key(network) for network in networks]
        if any(self._counts.everywhere(key) >= most for key, most in zip(keys, (limit, limit * SITE), strict=False)):
            return False
        for key in keys:
            self._counts.add(key, 1)
        return True

    def leave(self, networks: Sequence[str]) -> None:
        """One less."""
        for network in networks:
            self._counts.add(_key(network), -1)


@lru_cache(maxsize=4096)
def _key(network: str) -> str:
    """What a network is called where other processes hear of it: nobody on the way learns who visits."""
    return salted_hmac("posthorn.strangers", network, algorithm="sha256").hexdigest()[:24]


class Visitor:
    """One connection, from when it is accepted to when it is lost."""

    __slots__ = ("_drop", "_networks", "_received", "_strangers", "_timer", "_unsent", "_untaken", "peer")

    def __init__(
        self,
        peer: tuple[str, int],
        networks: Sequence[str],
        strangers: Strangers,
        drop: Callable[[], None],
        unsent: Callable[[], int],
    ):
        self.peer = peer
        self._networks = networks
        self._strangers = strangers
        self._drop = drop
        self._unsent = unsent
        self._timer: asyncio.TimerHandle | None = None
        self._received = 0
        self.expect()

    def expect(self, seconds: float | None = None) -> None:
        """The client has `REQUEST_SECONDS`, or so many, for what it has to send; then it is cut off.

        While it still takes the last answer, as slowly as it may be, the time begins anew.
        """
        self.rest()
        self._received = 0
        self._untaken: float = self._unsent()
        seconds = settings.REQUEST_SECONDS if seconds is None else seconds
        self._timer = asyncio.get_running_loop().call_later(seconds, self._time_is_up)

    def answered(self) -> None:
        """The answer is written; the client has to take it, and may ask something else soon."""
        self.expect(min(KEEP_SECONDS, settings.REQUEST_SECONDS))
        self._untaken = math.inf

    def received(self, amount: int) -> None:
        """So many bytes of a body came. Whoever keeps sending gets more time, a byte now and then does not."""
        self._received += amount
        if self._received >= PROGRESS_BYTES:
            self.expect()

    def rest(self) -> None:
        """The client has sent all it has to; it is our turn."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _time_is_up(self) -> None:
        if 0 < self._unsent() < self._untaken:
            self.expect()
        else:
            self._drop()

    def cut_off(self) -> None:
        """Drop the connection if it is the client whom we wait for."""
        if self._timer is not None:
            self._drop()

    def came_in(self) -> None:
        """The connection is a WebSocket's now, which ends it by itself: let go of what it began as."""
        self.rest()
        self._drop, self._unsent = _nothing, _no_bytes

    def known(self) -> None:
        """This is a member's connection: it no longer counts for its address."""
        self._strangers.leave(self._networks)
        self._networks = ()


def _nothing() -> None:
    pass


def _no_bytes() -> int:
    return 0


class Visitors:
    """All connections of this process."""

    def __init__(self) -> None:
        self.strangers = Strangers(process.neighbours)
        self._of: dict[tuple[str, int], Visitor] = {}
        self._most: int | None = None
        self._turned_away = 0
        self._said_at = -SAY_SECONDS

    def enter(self, peer: tuple[str, int], drop: Callable[[], None], unsent: Callable[[], int]) -> Visitor | None:
        """A connection was accepted: None if it must be closed at once.

        `drop` is to cut it off without ado, `unsent` to say how many bytes of answers it has not taken yet.
        """
        if self._most is None:
            self._most = most_connections()
        # Behind a proxy all come from the proxy: there the Door counts them, by what the proxy says.
        networks = () if settings.HTTPS else client_networks({"client": peer, "headers": ()})
        if len(self._of) >= self._most:
            self.turn_away(f"{self._most} are open, which is all that RLIMIT_NOFILE leaves room for")
            return None
        if not self.strangers.enter(networks):
            self.turn_away(f"{networks[0]} has {settings.CONNECTIONS_PER_ADDRESS} without a hello already")
            return None
        visitor = self._of[peer] = Visitor(peer, networks, self.strangers, drop, unsent)
        return visitor

    def at(self, peer: Sequence[object] | None) -> Visitor | None:
        """The visitor whose connection comes from this host and port."""
        return self._of.get((str(peer[0]), int(str(peer[1])))) if peer else None

    def leave(self, visitor: Visitor | None) -> None:
        """The connection is lost."""
        if visitor is not None:
            visitor.rest()
            visitor.known()
            if self._of.get(visitor.peer) is visitor:
                del self._of[visitor.peer]

    def cut_off(self) -> None:
        """Drop every connection on which a request is yet to come: nobody will answer it."""
        for visitor in list(self._of.values()):
            visitor.cut_off()

    def turn_away(self, why: str) -> None:
        """Count one that was not let in, and say so now and then: a flood of them must not become one of log lines."""
        self._turned_away += 1
        now = time.monotonic()
        if now - self._said_at >= SAY_SECONDS:
            logger.warning("%d connections were turned away: %s", self._turned_away, why)
            self._turned_away, self._said_at = 0, now


def most_connections() -> int:
    """How many connections leave enough descriptors for everything else. Takes as many as the system allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        hard = 1 << 20
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    except (ValueError, OSError):  # macOS calls more "unlimited" than it grants
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return max(hard - RESERVED, hard // 2)


visitors = Visitors()
