"""How much a request may carry, and what one hears who sends more."""

from __future__ import annotations

import json

from chat.protocol import Code

MOST_BYTES = 1_000_000
LINGER_SECONDS = 2.0
LINGER_BYTES = 8 * 1024 * 1024
"""What is still taken, and thrown away, of a request that was refused. Closed at once, the connection would be reset,
and many clients would not see why."""

LIMITS: tuple[tuple[str, int], ...] = (("/", MOST_BYTES),)
"""By the beginning of the path, the longest first. What takes more than `MOST_BYTES` is not kept in memory by Daphne,
and must not be Django's: Django collects a body before it looks at it."""


def limit_of(path: str) -> int:
    """How many bytes a request to this path may carry."""
    return next((most for beginning, most in LIMITS if path.startswith(beginning)), MOST_BYTES)


def refusal(path: str) -> tuple[bytes, bytes]:
    """The media type and the body of a 413."""
    message = "what was sent is too large"
    if path.startswith("/api/"):
        return b"application/json", json.dumps({"code": Code.TOO_LARGE, "message": message}).encode()
    return b"text/plain; charset=utf-8", f"{message}\n".encode()
