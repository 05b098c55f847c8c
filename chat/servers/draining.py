"""Whether this process still takes people in. `/readyz` says no before anything is closed, so that proxies notice."""

from __future__ import annotations

import asyncio

from django.conf import settings

GOING = "this process is going down"


class Draining:
    """What a process does between the signal to end and its end. `begun` is asked by whoever would let somebody in."""

    def __init__(self) -> None:
        self.begun = False

    async def begin(self) -> None:
        """From now on `/readyz` says no and new sockets are refused.

        Returns after `DRAIN_SECONDS`, in which all who are here go on as if nothing were.
        """
        self.begun = True
        await asyncio.sleep(settings.DRAIN_SECONDS)


draining = Draining()
