"""Several processes' parts in the talk between them, in one process and without waiting."""

from __future__ import annotations

from collections.abc import Callable

from chat.live.hints import Hint, Hints
from chat.live.neighbours import Neighbours


async def _identity() -> str:
    return "ours"


class Talk:
    """Carries hints from each who joined to all others when a `round` is made. There has to be a channel layer."""

    def __init__(self) -> None:
        self._parts: list[Hints] = []

    def hints(self) -> Hints:
        """One more part."""
        hints = Hints(_identity)
        hints._send_soon = lambda: None  # type: ignore[method-assign]
        self._parts.append(hints)
        return hints

    def join(self) -> Neighbours:
        """One more process, with what it tells of itself."""
        return Neighbours(self.hints())

    def round(self, arrives: Callable[[Hint], bool] = lambda hint: True) -> list[Hint]:
        """Everybody says what there is to say, and hears it if it arrives. Returns what was said."""
        said = []
        for speaker in self._parts:
            for source in speaker._sources:
                speaker._others.extend(source())
            while speaker._others:
                hint = {**speaker._others.popleft(), "process": speaker.process}
                said.append(hint)
                for hearer in self._parts:
                    if hearer is not speaker and arrives(hint):
                        hearer._heard(hint)
        return said
