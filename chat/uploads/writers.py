"""How many may write at once. Each has a file open, a megabyte in memory and a thread now and then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from chat.actions.refused import Refused
from chat.protocol import Code

AT_ONCE = 40
OF_ONE_PERSON = 8


class Writers:
    """Those of this process."""

    def __init__(self) -> None:
        self._of: Counter[int] = Counter()

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
