"""How many may write at once. Each has a file open, a megabyte in memory and a thread now and then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from chat.actions.refused import Refused
from chat.http.exchange import Exchange
from chat.protocol import Code

AT_ONCE = 40
OF_ONE_PERSON = 8
QUIET_SECONDS = 2.0


class Writers:
    """Those of this process."""

    def __init__(self) -> None:
        self._of: Counter[int] = Counter()
        self._at: dict[str, Exchange] = {}

    @contextmanager
    def one_more(self, user: int) -> Iterator[None]:
        """While this person writes to an upload.

        Raises:
            Refused: `busy`, when they write to many, or so many others do.
        """
        if self._of[user] >= OF_ONE_PERSON or self._of.total() >= AT_ONCE:
            raise Refused(Code.BUSY, "much is being uploaded just now: go on in a moment")
        self._of[user] += 1
        try:
            yield
        finally:
            self._of[user] -= 1
            if not self._of[user]:
                del self._of[user]

    @contextmanager
    def at(self, upload: str, exchange: Exchange) -> Iterator[None]:
        """While this is the one that writes to this upload."""
        self._at[upload] = exchange
        try:
            yield
        finally:
            del self._at[upload]

    def make_way(self, upload: str) -> None:
        """Somebody else would like to. Whoever has sent nothing for a while has probably left without a word, and comes
        again on another line: they do not wait for themselves until the first line is cut off."""
        writer = self._at.get(upload)
        if writer is not None and writer.is_quiet_for > QUIET_SECONDS:
            writer.interrupt()
