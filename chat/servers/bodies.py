"""How much a request may carry, and what one hears who sends more."""

from __future__ import annotations

import json

from chat.protocol import Code

MOST_BYTES = 1_000_000
"""Daphne and Django collect a body before they look at it."""

LINGER_SECONDS = 2.0
LINGER_BYTES = 8 * 1024 * 1024
"""What is still taken, and thrown away, of a request that was refused. Closed at once, the connection would be reset,
and many clients would not see why."""
TAKE_SECONDS = 60.0
"""How long a client may take nothing of an answer that is longer than what is kept for it."""

STREAMED = ("/api/v1/uploads/",)
"""Beginnings of the paths whose applications take a body as it comes, and say themselves when it is too much."""


def refusal(path: str) -> tuple[bytes, bytes]:
    """The media type and the body of a 413."""
    message = "what was sent is too large"
    if path.startswith("/api/"):
        return b"application/json", json.dumps({"code": Code.TOO_LARGE, "message": message}).encode()
    return b"text/plain; charset=utf-8", f"{message}\n".encode()
