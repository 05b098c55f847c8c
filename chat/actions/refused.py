from __future__ import annotations

from chat.protocol import Code


class Refused(Exception):
    """The action was looked at and will never succeed as it is. Nothing was changed."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
