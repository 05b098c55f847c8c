from __future__ import annotations

from chat.protocol.codes import Code
from chat.protocol.encode import error, nack


class FrameError(Exception):
    """A frame that cannot be obeyed. `client_id` is set where a `nack` can name the operation."""

    def __init__(self, code: Code, message: str, client_id: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.client_id = client_id

    def encode(self) -> str:
        """The frame that answers it."""
        if self.client_id is not None:
            return nack(self.client_id, self.code, self.message, retry=False)
        return error(self.code, self.message)
