"""What one client has said and may say next, as a state machine: no socket, no event loop, no database."""

from __future__ import annotations

from chat import protocol
from chat.limits import Allowance
from chat.live.lanes import Lanes
from chat.protocol import ClientFrame, Close, Code, FrameError, Hello, Typing


class Ended(Exception):
    """The conversation is over: close the connection with this `code`."""

    def __init__(self, code: Close) -> None:
        super().__init__(f"close the connection with {int(code)}")
        self.code = code


class Conversation:
    """One client's side of a connection: `hello` first and once, then whatever its person's allowance permits.

    What it changes goes through `lanes`, in which it keeps its order.
    """

    def __init__(self, user: int, allowance: Allowance) -> None:
        self.lanes = Lanes(user, allowance)
        self.welcomed = False
        self._allowance = allowance

    def receive(self, text: str | None) -> ClientFrame | None:
        """What the client says with this text (None: it sent bytes); None if it is to be passed over.

        Raises:
            FrameError: it cannot be understood, or does not belong here; its `encode` is the answer.
            Ended: the client says too much.
        """
        if self._allowance.frames.take():
            raise Ended(Close.TOO_MANY)
        frame = protocol.decode(text)
        if isinstance(frame, Hello) == self.welcomed:
            raise FrameError(Code.BAD_FRAME, "hello comes first, and once")
        if isinstance(frame, Hello) and frame.v != protocol.VERSION:
            raise FrameError(Code.BAD_FRAME, f"this server speaks version {protocol.VERSION}")
        if isinstance(frame, Typing) and self._allowance.typing.take():
            return None
        return frame

    def welcome(self, hello: Hello, epoch: str, heads: dict[int, int]) -> dict[int, int | None]:
        """Let the client in: this is the history's name, and how far its rooms are.

        Returns its cursor in each room: a `seq`, or None where it has to begin anew.
        A room that it does not name begins at its head. A cursor of another history, or from beyond the head, says
        nothing about this one.
        """
        self.welcomed = True
        same_history = hello.epoch in {None, epoch}
        cursors: dict[int, int | None] = {}
        for room, head in heads.items():
            cursor = hello.rooms.get(room)
            known = cursor is None or (same_history and cursor <= head)
            cursors[room] = (head if cursor is None else cursor) if known else None
        return cursors
